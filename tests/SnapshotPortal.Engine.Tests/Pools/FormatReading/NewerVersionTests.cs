using System.Buffers.Binary;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>What a newer program has written is refused by its name and left as it is: it is neither damage nor the end of a log.</summary>
public sealed class NewerVersionTests
{
    private const int Block = Fields.BlockBytes;
    private readonly SortedDictionary<string, byte[]> closed = PoolGolden.Load("closed").Files;
    private readonly SortedDictionary<string, byte[]> crashed = PoolGolden.Load("crashed").Files;

    [Fact]
    public void Superblock_though_the_one_before_is_of_this_version()
    {
        var newest = StoredSuperblock.Newest(closed).Superblock;
        Raise(Slot(closed, newest.Number));
        AssertRefused(closed, $"Slot {newest.Number % 2}");
    }

    [Fact]
    public void Table()
    {
        var name = $"table-{StoredSuperblock.Newest(closed).Superblock.Number:x16}";
        var slot = Slot(closed);
        closed[name][8] = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(slot.Span[68..], Crc.Of(closed[name]));
        Seal(slot.Span);
        AssertRefused(closed, name);
    }

    [Fact]
    public void Segment()
    {
        var name = NameOf(new StoredPool(crashed).Log.Batches[0]);
        Raise(crashed[name].AsMemory(0, Block));
        AssertRefused(crashed, name);
    }

    [Fact]
    public void Dense_segment()
    {
        var name = closed.First(file => file.Value.AsSpan().StartsWith("SNPDENSE"u8)).Key;
        Raise(closed[name].AsMemory(0, Block));
        AssertRefused(closed, name);
    }

    [Fact]
    public void First_batch_behind_the_checkpoint() => AssertBatchIsRefused(0);

    [Fact]
    public void Last_batch_of_the_log() => AssertBatchIsRefused(^1);

    [Fact]
    public void Liveness()
    {
        var name = closed.Keys.Single(name => name.StartsWith("liveness-", StringComparison.Ordinal));
        Raise(closed[name]);
        AssertRefused(closed, "The liveness");
    }

    [Fact]
    public void A_version_that_only_damage_made_newer_is_damage()
    {
        var (older, newest) = (new StoredPool(closed), Slot(closed));
        newest.Span[8] ^= 2;
        using var session = new PoolSession(StoredFiles.Store(closed), "/pool", GoldenPool.Options);
        Assert.Equal(older.Disks.Count(), session.Pool.Disks.Count);
    }

    private void AssertBatchIsRefused(Index index)
    {
        var place = new StoredPool(crashed).Log.Batches[index];
        var at = (int)place.Block * Block;
        var headers = crashed[NameOf(place)][at + 60];
        Raise(crashed[NameOf(place)].AsMemory(at, headers * Block));
        AssertRefused(crashed, $"The batch at block {place.Block} of '/pool/{NameOf(place)}'");
    }

    private static void AssertRefused(SortedDictionary<string, byte[]> files, string what)
    {
        var stored = StoredFiles.Store(files);
        var refusal = Assert.Throws<EngineException>(() =>
        {
            using var session = new PoolSession(stored, "/pool", GoldenPool.Options);
            PoolListing.Of(session.Pool);
        });
        Assert.Equal(EngineFault.NewerVersion, refusal.Fault);
        Assert.Contains(what, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Use a newer version", refusal.Message, StringComparison.Ordinal);
        var left = StoredFiles.Read(stored);
        Assert.All(files, file => Assert.Equal(file.Value, left.GetValueOrDefault(file.Key)));
    }

    private static Memory<byte> Slot(SortedDictionary<string, byte[]> files) => Slot(files, StoredSuperblock.Newest(files).Superblock.Number);

    private static Memory<byte> Slot(SortedDictionary<string, byte[]> files, ulong number) => files["superblock"].AsMemory((int)(number % 2) * Block, Block);

    private static string NameOf(Place place) => $"segment-{place.Segment:x8}";

    /// <summary>Makes a structure one of version 2 that checks.</summary>
    private static void Raise(Memory<byte> structure)
    {
        structure.Span[8] = 2;
        Seal(structure.Span);
    }

    private static void Seal(Span<byte> structure) => BinaryPrimitives.WriteUInt32LittleEndian(structure[12..], Crc.Of(structure, zeroAt: 12));
}
