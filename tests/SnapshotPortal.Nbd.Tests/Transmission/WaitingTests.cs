using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Nbd.Tests.Harness;
using SnapshotPortal.Nbd.Wire;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Nbd.Tests.Transmission;

public sealed class WaitingTests
{
    private readonly SlowDevice device = new(1 << 20);

    [Theory]
    [InlineData(Command.Read)]
    [InlineData(Command.Write)]
    [InlineData(Command.Flush)]
    public async Task What_must_wait_holds_up_nothing_behind_it(object slow)
    {
        await using var server = new TestServer(device: device);
        using var client = server.Attach();
        client.Send(
            (Command)slow == Command.Write ? WireClient.Write(0, new byte[512], cookie: 1) : WireClient.Request((Command)slow, 0, (Command)slow == Command.Read ? 512u : 0, cookie: 1),
            WireClient.Request(Command.Read, 8192, 512, cookie: 2));
        Assert.Equal(2ul, client.ReceiveChunk().Cookie);
        client.Send(WireClient.Write(8192, new byte[512], cookie: 3));
        Assert.Equal(3ul, client.ReceiveResult().Cookie);
        await device.AwaitWaiting(1);
        device.Gate.Set();
        Assert.Equal((NbdErrno.None, 1ul), (Command)slow == Command.Read ? (NbdErrno.None, client.ReceiveChunk().Cookie) : client.ReceiveResult());
    }

    [Fact]
    public async Task Only_so_many_requests_wait_at_once_and_then_the_client_does()
    {
        await using var server = new TestServer(device: device);
        using var client = server.Attach();
        client.Send([.. Enumerable.Range(0, 100).Select(i => WireClient.Request(Command.Read, 0, 512, (ulong)i))]);
        await device.AwaitWaiting(NbdLimits.WaitingRequestsMax + 1);
        client.Send(WireClient.Request(Command.Read, 8192, 512, 100));
        Assert.Equal(NbdLimits.WaitingRequestsMax + 1, device.Waiting);
        device.Gate.Set();
        Assert.Equal(Enumerable.Range(0, 101).Select(i => (ulong)i), Enumerable.Range(0, 101).Select(_ => client.ReceiveChunk().Cookie).Order());
    }

    [Fact]
    public async Task Revoking_waits_for_a_change_that_is_being_stored()
    {
        await using var server = new TestServer(device: device);
        using var client = server.Attach();
        client.Send(WireClient.Write(0, new byte[512]));
        await device.AwaitWaiting(1);
        var revoked = server.Server.RevokeAsync(TestServer.ExportName);
        Assert.True(client.IsClosed());
        Assert.False(revoked.IsCompleted);
        device.Gate.Set();
        await revoked.WaitAsync(WireClient.TimeMax);
    }

    [Fact]
    public async Task Revoking_does_not_wait_for_what_waits_for_a_disks_limits()
    {
        using var pool = Pool.Open(new SimulatedFileSystem(1), "/pool", new());
        var disk = pool.CreateDisk("disk", 1 << 20);
        disk.Throttle.Limits = new(1, null);
        disk.Read(0, new byte[512]);
        await using var server = new TestServer(device: disk);
        using var client = server.Attach();
        client.Send([.. Enumerable.Range(0, 50).Select(i => WireClient.Write((ulong)i * 4096, new byte[512], (ulong)i))]);
        while (disk.Throttle.Waiting == 0) await Task.Yield();
        await server.Server.RevokeAsync(TestServer.ExportName).WaitAsync(TimeSpan.FromSeconds(1));
        Assert.True(client.IsClosed());
        Assert.True(disk.Counters.Writes.Count < 3);
    }
}
