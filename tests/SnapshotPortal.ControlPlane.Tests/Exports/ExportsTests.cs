using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Exports;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Nbd;

namespace SnapshotPortal.ControlPlane.Tests.Exports;

public sealed class ExportsTests : IAsyncLifetime
{
    private TestPortal portal = null!;
    private string instanceId = "";
    private string diskId = "";

    public async Task InitializeAsync()
    {
        await BeginAsync(await TestPortal.StartAsync());
        instanceId = await portal.RunInstanceAsync();
        diskId = await portal.CreateDiskAsync();
        await portal.RunAsync(new AttachDisk(diskId, instanceId));
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private string Socket => Path.Combine(portal.DataPath, "nbd.sock");

    private Task BeginAsync(TestPortal started)
    {
        portal = started;
        portal.Services.GetRequiredService<NbdServer>().Listen(new UnixDomainSocketEndPoint(Socket));
        return Task.CompletedTask;
    }

    private async Task<string> NameAsync(Caller? caller = null)
        => (await portal.RunAsync(new ConnectInstance(instanceId), caller)).Disks.Single(disk => disk.DiskId == diskId).ExportName;

    private async Task<NbdClient> ConnectAsync(string name) => await NbdClient.OpenAsync(Socket, name) ?? throw new InvalidOperationException("The export is not open.");

    private async Task<bool> IsOpenAsync(string name)
    {
        using var client = await NbdClient.OpenAsync(Socket, name);
        return client is not null;
    }

    [Fact]
    public async Task Machine_reads_and_writes_the_disk_of_a_running_instance_and_is_seen()
    {
        var connect = await portal.RunAsync(new ConnectInstance(instanceId));
        Assert.Equal((Socket, false), (connect.Addresses.Single().SocketPath, connect.Addresses.Single().UsesTls));
        Assert.Equal(["/dev/xvda", "/dev/xvdb"], connect.Disks.Select(disk => disk.Device));

        using var client = await ConnectAsync(connect.Disks[1].ExportName);
        var content = Images.Random(1, 8192);
        Assert.Equal(0u, await client.WriteAsync(4096, content));
        Assert.Equal(content, await client.ReadAsync(4096, content.Length));
        Assert.Equal(content, (await portal.ReadDiskAsync(diskId, 12288))[4096..]);

        var seen = Assert.Single((await portal.RunAsync(new DescribeExports([diskId]))).Connections);
        Assert.Equal((diskId, TestPortal.AdminEmail, 2L), (seen.ResourceId, seen.UserEmail, seen.Requests));
        Assert.True(seen.BytesWritten >= content.Length && seen.BytesRead >= content.Length);
        Assert.Empty((await portal.RunAsync(new DescribeExports([diskId]), await portal.AddStrangerAsync())).Connections);
    }

    [Fact]
    public async Task Name_is_the_member_s_own_and_stays_until_the_disk_is_detached()
    {
        var mine = await NameAsync();
        Assert.Equal(mine, await NameAsync());
        Assert.NotEqual(mine, await NameAsync(await portal.AddMemberAsync(AccountRole.Operator)));
        await portal.RunAsync(new DetachDisk(diskId, instanceId));
        await portal.RunAsync(new AttachDisk(diskId, instanceId));
        Assert.NotEqual(mine, await NameAsync());
        Assert.False(await IsOpenAsync(mine));
        Assert.False(await IsOpenAsync("x-unknown"));
        Assert.False(await IsOpenAsync(diskId));
    }

    [Fact]
    public async Task Stopped_means_that_nobody_is_connected_and_nobody_can_connect()
    {
        var name = await NameAsync();
        using var client = await ConnectAsync(name);
        await portal.RunAsync(new StopInstance(instanceId));
        Assert.Equal("Stopped", (await portal.InstanceAsync(instanceId)).Status);
        Assert.Empty((await portal.RunAsync(new DescribeExports([diskId]))).Connections);
        await client.ClosedAsync();
        Assert.False(await IsOpenAsync(name));
        await portal.RunAsync(new StartInstance(instanceId));
        Assert.True(await IsOpenAsync(name));
    }

    [Fact]
    public async Task Detached_disk_is_available_and_closed()
    {
        var name = await NameAsync();
        using var client = await ConnectAsync(name);
        await portal.RunAsync(new DetachDisk(diskId, instanceId));
        Assert.Equal("Available", (await portal.DiskAsync(diskId)).Status);
        await client.ClosedAsync();
    }

    [Fact]
    public async Task Released_instance_closes_its_disks()
    {
        using var client = await ConnectAsync(await NameAsync());
        await portal.RunAsync(new DeleteInstance(instanceId) { Force = true });
        await client.ClosedAsync();
        Assert.Equal("Available", (await portal.DiskAsync(diskId)).Status);
    }

    [Fact]
    public async Task Reboot_closes_the_connections_and_lets_them_come_again()
    {
        var name = await NameAsync();
        using var client = await ConnectAsync(name);
        await portal.RunAsync(new RebootInstance(instanceId));
        await client.ClosedAsync();
        Assert.True(await IsOpenAsync(name));
        await portal.RunAsync(new StopInstance(instanceId));
        Assert.Equal("IncorrectInstanceStatus", (await portal.RefusedAsync(new RebootInstance(instanceId))).Error.Code);
    }

    [Fact]
    public async Task Removed_member_is_out_while_others_stay()
    {
        var member = await portal.AddMemberAsync(AccountRole.Operator);
        using var theirs = await ConnectAsync(await NameAsync(member));
        using var mine = await ConnectAsync(await NameAsync());
        await portal.RunAsync(new RemoveMember(member.UserId));
        await theirs.ClosedAsync(); // the watch sees it by itself
        Assert.Equal(0u, await mine.WriteAsync(0, new byte[512]));
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new ConnectInstance(instanceId), member)).Error.Code);
    }

    [Fact]
    public async Task Instance_that_ran_runs_after_a_restart_and_what_a_kill_left_half_done_is_finished()
    {
        var name = await NameAsync();
        var other = await portal.RunInstanceAsync();
        var detaching = await portal.CreateDiskAsync();
        await portal.RunAsync(new AttachDisk(detaching, instanceId));
        await using (var scope = portal.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
            (await db.Instances.SingleAsync(instance => instance.Id == other)).Status = InstanceStatus.Stopping;
            (await db.Disks.SingleAsync(disk => disk.Id == detaching)).Status = DiskStatus.Detaching;
            await db.SaveChangesAsync();
        }

        await portal.StopAsync();
        await BeginAsync(await TestPortal.StartAsync(portal.DataPath));
        Assert.Equal(("Running", "Stopped"), ((await portal.InstanceAsync(instanceId)).Status, (await portal.InstanceAsync(other)).Status));
        Assert.Equal(("Available", ""), ((await portal.DiskAsync(detaching)).Status, (await portal.DiskAsync(detaching)).InstanceId));
        Assert.True(await IsOpenAsync(name));
    }

    [Fact]
    public async Task Snapshot_is_served_for_reading_until_its_time_is_over_or_somebody_ends_it()
    {
        var content = Images.Random(2, 8192);
        var snapshotId = await portal.SystemSnapshotAsync(content);
        Assert.Equal("InvalidParameter", (await portal.RefusedAsync(new ServeSnapshot(snapshotId) { Hours = 169 })).Error.Code);
        var served = await portal.RunAsync(new ServeSnapshot(snapshotId) { Hours = 1 });
        using (var client = await ConnectAsync(served.ExportName))
        {
            Assert.Equal(content, await client.ReadAsync(0, content.Length));
            Assert.Equal(1u, await client.WriteAsync(0, new byte[512])); // EPERM
            Assert.Equal(snapshotId, (await portal.RunAsync(new DescribeExports([snapshotId]))).Connections.Single().ResourceId);
            await portal.RunAsync(new StopServingSnapshot(snapshotId));
            await client.ClosedAsync();
        }

        Assert.False(await IsOpenAsync(served.ExportName));
        served = await portal.RunAsync(new ServeSnapshot(snapshotId) { Hours = 1 });
        Assert.Equal(served.ExpiresAt.ToUnixTimeMilliseconds(), (await portal.RunAsync(new DescribeExports([snapshotId]))).ServedUntil[snapshotId].ToUnixTimeMilliseconds());
        using var late = await ConnectAsync(served.ExportName);
        portal.Time.Shift = TimeSpan.FromHours(1);
        await late.ClosedAsync();
        Assert.False(await IsOpenAsync(served.ExportName));
    }

    [Fact]
    public async Task Viewer_and_stranger_get_no_names()
    {
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new ConnectInstance(instanceId), await portal.AddMemberAsync(AccountRole.Viewer))).Error.Code);
        Assert.Equal("InvalidInstanceId.NotFound", (await portal.RefusedAsync(new ConnectInstance(instanceId), await portal.AddStrangerAsync())).Error.Code);
    }
}
