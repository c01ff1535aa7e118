using SnapshotPortal.Nbd.Tests.Harness;
using SnapshotPortal.Nbd.Wire;

namespace SnapshotPortal.Nbd.Tests.Transmission;

[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    [Fact]
    public async Task A_request_that_need_not_wait_allocates_nothing()
    {
        var device = new SlowDevice(1 << 20);
        device.Gate.Set();
        await using var server = new TestServer(device: device);
        using var client = server.Attach();
        byte[] requests = [.. Enumerable.Range(0, 16).SelectMany(i => WireClient.Write(8192, new byte[4096], (ulong)i)), .. Enumerable.Range(0, 16).SelectMany(i => WireClient.Request(Command.Read, 8192, 4096, (ulong)i))];
        var replies = new byte[16 * 16 + 16 * (28 + 4096)];
        for (var i = 0; i < 100; i++) client.Exchange(requests, replies);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 1000; i++) client.Exchange(requests, replies);
        // 32,000 requests: an object for each would be more than 500 KB. The test's own runner allocates some.
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 200_000);
    }
}
