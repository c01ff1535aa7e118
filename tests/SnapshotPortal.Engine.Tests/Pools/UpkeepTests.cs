using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

/// <summary>What a pool does by itself while it is written.</summary>
public sealed class UpkeepTests
{
    [Fact]
    public void However_fast_a_disk_is_overwritten_its_files_do_not_run_away()
    {
        const int segmentBytes = 4 << 20, diskBytes = 32 << 20, times = 16;
        var files = new SimulatedFileSystem(1);
        var options = new PoolOptions { SegmentBytes = segmentBytes };
        using (var made = Pool.Open(files, "/pool", options)) made.CreateDisk("a", diskBytes).Write(0, [.. Enumerable.Repeat((byte)1, diskBytes)]);
        using var pool = Pool.Open(files, "/pool", options); // What is in use is known after a clean close.
        var disk = pool.FindDisk("a")!;
        var (random, block, most) = (new Random(1), new byte[Limits.BlockBytes], 0L);
        for (var i = 0; i < times * diskBytes / block.Length; i++)
        {
            random.NextBytes(block.AsSpan(0, 8));
            disk.Write(random.NextInt64(diskBytes / block.Length) * block.Length, block);
            if (i % 256 == 0) most = Math.Max(most, pool.Segments.AllocatedBytes());
        }

        // Where writers do not wait for a pass it is twice that and more.
        Assert.InRange(most, diskBytes, 8L * diskBytes);
    }
}
