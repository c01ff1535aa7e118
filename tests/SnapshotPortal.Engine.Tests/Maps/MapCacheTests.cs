using System.Buffers.Binary;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Engine.Tests.Maps;

/// <summary>Alone, because it measures the memory of the whole process.</summary>
[CollectionDefinition(nameof(MapCacheTests), DisableParallelization = true)]
[Collection(nameof(MapCacheTests))]
public sealed class MapCacheTests : IDisposable
{
    private const long BudgetBytes = 32 << 20;
    private const int Writes = 20_000;
    private readonly string directory = Directory.CreateTempSubdirectory("snapshot-portal-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    /// <summary>The map of these writes has some 30,000 pages, four times what the budget holds.</summary>
    [Fact]
    public void A_large_disk_written_sparsely_at_random_stays_within_the_memory_budget()
    {
        using var pool = Pool.Open(OsFileSystem.Instance, Path.Combine(directory, "pool"), new PoolOptions { MapMemoryBytes = BudgetBytes });
        var disk = pool.CreateDisk("sparse", 4L << 40);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        WriteAll(disk);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, BudgetBytes); // What tests before left may go meanwhile.
        ReadAll(disk);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, BudgetBytes); // What tests before left may go meanwhile.
        Assert.True(pool.Pages.Misses > Writes, $"Only {pool.Pages.Misses} pages were read back.");
    }

    private static void WriteAll(PoolDisk disk)
    {
        var block = new byte[Limits.BlockBytes];
        foreach (var (lba, tag) in Places(disk))
        {
            BinaryPrimitives.WriteInt64LittleEndian(block, tag);
            disk.Write(lba * Limits.BlockBytes, block);
        }
    }

    private static void ReadAll(PoolDisk disk)
    {
        var block = new byte[Limits.BlockBytes];
        foreach (var (lba, tag) in Places(disk).Reverse().DistinctBy(place => place.Lba))
        {
            disk.Read(lba * Limits.BlockBytes, block);
            Assert.Equal(tag, BinaryPrimitives.ReadInt64LittleEndian(block));
        }
    }

    private static IEnumerable<(long Lba, long Tag)> Places(PoolDisk disk)
    {
        var random = new Random(1);
        for (var i = 0; i < Writes; i++) yield return (random.NextInt64(disk.LengthBytes / Limits.BlockBytes), i);
    }
}
