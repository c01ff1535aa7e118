using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;

namespace SnapshotPortal.ControlPlane.Tests.Start;

public sealed class PortalStartTests
{
    [Fact]
    public async Task Second_portal_on_a_data_path_is_refused_with_the_process_id_of_the_first()
    {
        await using var first = await TestPortal.StartAsync();
        var refusal = await Assert.ThrowsAsync<PortalStartException>(() => TestPortal.StartAsync(first.DataPath));
        Assert.Contains($"process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Portal:DataPath", refusal.Message, StringComparison.Ordinal);
        await first.CreateDiskAsync();
    }

    [Fact]
    public async Task Data_path_that_cannot_be_made_is_refused_by_its_name()
    {
        var file = Path.GetTempFileName();
        var refusal = await Assert.ThrowsAsync<PortalStartException>(() => TestPortal.StartAsync(Path.Combine(file, "data")));
        Assert.Contains(file, refusal.Message, StringComparison.Ordinal);
        File.Delete(file);
    }

    [Fact]
    public async Task Model_has_no_change_that_lacks_a_migration()
    {
        await using var portal = await TestPortal.StartBareAsync();
        await using var scope = portal.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
        Assert.False(db.Database.HasPendingModelChanges());
        Assert.Equal(["wal"], await db.Database.SqlQuery<string>($"PRAGMA journal_mode").ToListAsync());
    }

    [Fact]
    public async Task Demo_users_are_refused_outside_development()
    {
        var demo = Demo();
        var refusal = await Assert.ThrowsAsync<PortalStartException>(() => TestPortal.StartBareAsync(settings: demo, environment: "Production"));
        Assert.Contains("Portal:Demo:Users", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_users_share_the_first_account_in_development()
    {
        await using var portal = await TestPortal.StartBareAsync(settings: Demo(), environment: "Development");
        var admin = await portal.CallerAsync("admin@example.com");
        var user = await portal.CallerAsync("user@example.com");
        Assert.Equal((AccountRole.Owner, true), (admin.Role, admin.IsAdministrator));
        Assert.Equal((AccountRole.Operator, false), (user.Role, user.IsAdministrator));
        Assert.Equal(admin.AccountId, user.AccountId);
    }

    [Fact]
    public async Task Bootstrap_access_key_is_stored_encrypted()
    {
        await using var portal = await TestPortal.StartAsync(settings: new()
        {
            ["Portal:Bootstrap:AccessKeyId"] = "LTAI0123456789abcdef",
            ["Portal:Bootstrap:AccessKeySecret"] = "a-very-secret-secret",
        });
        await using var scope = portal.Services.CreateAsyncScope();
        var key = await scope.ServiceProvider.GetRequiredService<PortalDb>().AccessKeys.SingleAsync();
        Assert.Equal(("LTAI0123456789abcdef", portal.Owner.AccountId), (key.Id, key.AccountId));
        Assert.DoesNotContain("secret", key.ProtectedSecret, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Users_of_the_configuration_are_made_once()
    {
        var portal = await TestPortal.StartAsync();
        await portal.StopAsync();
        await using var again = await TestPortal.StartAsync(portal.DataPath);
        Assert.Equal(1, (await again.RunAsync(new DescribeUsers())).TotalCount);
        Assert.Equal(portal.Owner, again.Owner);
    }

    [Fact]
    public async Task New_database_beside_pools_with_content_is_refused()
    {
        var portal = await TestPortal.StartAsync();
        await portal.UploadAsync(await portal.CreateDiskAsync(), Images.Random(1, 4096));
        await portal.StopAsync();
        foreach (var file in Directory.GetFiles(portal.DataPath, "portal.db*")) File.Delete(file);
        var refusal = await Assert.ThrowsAsync<PortalStartException>(() => TestPortal.StartAsync(portal.DataPath));
        Assert.Contains("portal.db", refusal.Message, StringComparison.Ordinal);
        Directory.Delete(portal.DataPath, recursive: true);
    }

    [Fact]
    public async Task Leftovers_of_a_kill_between_pool_and_database_are_removed_at_start()
    {
        var portal = await TestPortal.StartAsync();
        var diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, Images.Random(1, 4096));
        var pool = portal.Services.GetRequiredService<ZonePools>()["local-1a"];
        pool.CreateDisk("d-unknown", 1 << 30);
        pool.TakeSnapshot(diskId, "s-unknown");
        await portal.StopAsync();

        await using var again = await TestPortal.StartAsync(portal.DataPath);
        pool = again.Services.GetRequiredService<ZonePools>()["local-1a"];
        Assert.Equal([diskId], pool.Disks.Select(disk => disk.Name));
        Assert.Empty(pool.Snapshots);
    }

    private static Dictionary<string, string?> Demo() => new()
    {
        ["Portal:Demo:Users:0:Email"] = "admin@example.com",
        ["Portal:Demo:Users:0:Password"] = "demonstration",
        ["Portal:Demo:Users:0:Role"] = "Owner",
        ["Portal:Demo:Users:0:IsAdministrator"] = "true",
        ["Portal:Demo:Users:1:Email"] = "user@example.com",
        ["Portal:Demo:Users:1:Password"] = "demonstration",
        ["Portal:Demo:Users:1:Role"] = "Operator",
    };
}
