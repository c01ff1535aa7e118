using SnapshotPortal.Testing;
using static SnapshotPortal.Engine.Tests.Repositories.RepositoryScene;

namespace SnapshotPortal.Engine.Tests.Repositories;

public sealed class RepositoryProperties
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    /// <summary>Chains of snapshots of changing disks, deleted and swept in any order, with the process ended now and then.</summary>
    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Every_snapshot_restores_identically_whatever_is_deleted_around_it(int seed)
    {
        var scene = new RepositoryScene(seed);
        var repository = await scene.OpenAsync();
        var disk = new MemoryBlockDevice(scene.Random.Next(1, 2000) * (long)Limits.BlockBytes);
        var kept = new Dictionary<string, (string Hash, uint Epoch)>(StringComparer.Ordinal);
        for (var step = 1; step <= 12; step++)
        {
            for (var changes = scene.Random.Next(8); changes > 0; changes--) scene.Change(disk);
            var id = $"s-{step}";
            var predecessor = kept.Count > 0 && scene.Random.Next(4) > 0 ? kept.ElementAt(scene.Random.Next(kept.Count)) : default;
            var upload = predecessor.Key is null ? Full(id, disk) : Incremental(id, disk, predecessor.Key, predecessor.Value.Epoch);
            await repository.UploadAsync(upload with { Key = seed % 2 == 0 ? EncryptionTests.Key : null }, null, None);
            kept[id] = (HashOf(disk), disk.EndEpoch());

            if (scene.Random.Next(2) == 0)
            {
                var gone = kept.ElementAt(scene.Random.Next(kept.Count)).Key;
                await repository.DeleteAsync(gone, None);
                kept.Remove(gone);
            }
            if (scene.Random.Next(3) == 0) await SweepAsync(repository);
            if (scene.Random.Next(3) == 0) repository = await scene.OpenAsync();
            if (kept.Count > 0)
            {
                var (some, (hash, _)) = kept.ElementAt(scene.Random.Next(kept.Count));
                Assert.Equal(hash, HashOf(await repository.OpenSnapshotAsync(some, None)));
            }
        }

        await SweepAsync(repository);
        foreach (var (id, (hash, _)) in kept) Assert.Equal(hash, await RestoredHashAsync(repository, id));
        Assert.Equal(kept.Keys.Order(StringComparer.Ordinal), (await ListAsync(repository)).Select(s => s.SnapshotId));
        foreach (var id in kept.Keys) await repository.DeleteAsync(id, None);
        await SweepAsync(repository);
        Assert.Equal(["config"], scene.Memory.Objects.Keys);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_stored_snapshot_reads_as_its_source_at_any_place(int seed)
    {
        var scene = new RepositoryScene(seed);
        var disk = new MemoryBlockDevice(scene.Random.Next(1, 500) * (long)Limits.BlockBytes);
        for (var i = scene.Random.Next(20); i > 0; i--) scene.Change(disk);
        var repository = await scene.OpenAsync();
        var info = await repository.UploadAsync(Full("s-1", disk), null, None);
        var stored = await repository.OpenSnapshotAsync("s-1", None);

        for (var i = 0; i < 30; i++)
        {
            var offset = scene.Random.NextInt64(disk.LengthBytes);
            byte[] expected = new byte[Math.Min(disk.LengthBytes - offset, scene.Random.Next(1, 200_000))], actual = new byte[expected.Length];
            disk.Read(offset, expected);
            stored.Read(offset, actual);
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"{expected.Length} bytes at {offset} differ");

            var position = offset;
            ExtentKind? last = null;
            foreach (var extent in stored.Extents(offset, expected.Length))
            {
                Assert.Equal(position, extent.OffsetBytes);
                Assert.NotEqual(last, extent.Kind);
                if (extent.Kind == ExtentKind.Hole) Assert.Equal(-1, actual.AsSpan((int)(position - offset), (int)extent.LengthBytes).IndexOfAnyExcept((byte)0));
                (position, last) = (extent.EndBytes, extent.Kind);
            }
            Assert.Equal(offset + expected.Length, position);
        }
        Assert.Equal(info.FullBytes, stored.Extents(0, stored.LengthBytes).Where(e => e.Kind == ExtentKind.Data).Sum(e => e.LengthBytes));
    }
}
