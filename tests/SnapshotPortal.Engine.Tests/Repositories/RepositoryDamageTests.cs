using SnapshotPortal.Testing;
using static SnapshotPortal.Engine.Tests.Repositories.RepositoryScene;

namespace SnapshotPortal.Engine.Tests.Repositories;

/// <summary>Bits flipped in every object: the object is named, wrong bytes are never returned.</summary>
public sealed class RepositoryDamageTests
{
    private readonly RepositoryScene scene = new(3);
    private readonly Dictionary<string, string> hashes = new(StringComparer.Ordinal);
    private Dictionary<string, byte[]> originals = [];

    [Fact]
    public async Task A_flipped_bit_anywhere_is_refused_by_the_objects_name_and_never_returned()
    {
        await StoreAsync();
        var refusals = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, bytes) in scene.Memory.Objects)
        {
            var flips = Enumerable.Range(0, 40).Select(_ => scene.Random.Next(bytes.Length)).Append(0).Append(bytes.Length - 1);
            foreach (var at in flips)
            {
                bytes[at] ^= (byte)(1 << scene.Random.Next(8));
                if (await ReadAllAsync() is { } thrown)
                {
                    Assert.Equal(EngineFault.Corrupt, thrown.Fault);
                    Assert.Contains(name, thrown.Message, StringComparison.Ordinal);
                    refusals[name] = refusals.GetValueOrDefault(name) + 1;
                }
                else Assert.True(name.StartsWith("pa", StringComparison.Ordinal) && at < 16, $"The flip at byte {at} of {bytes.Length} of {name} was not noticed");
                bytes[at] = originals[name][at];
            }
        }
        Assert.Equal(scene.Memory.Objects.Keys, refusals.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_truncated_object_is_refused_by_its_name()
    {
        await StoreAsync();
        foreach (var (name, bytes) in scene.Memory.Objects)
        {
            await scene.Memory.PutAsync(name, bytes.AsMemory(0, scene.Random.Next(bytes.Length)), None);
            var thrown = await ReadAllAsync();
            await scene.Memory.PutAsync(name, bytes, None);

            Assert.NotNull(thrown);
            Assert.Equal(EngineFault.Corrupt, thrown.Fault);
            Assert.Contains(name, thrown.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Objects_that_were_swapped_are_noticed()
    {
        await StoreAsync();
        var packs = scene.Packs.Where(name => name.StartsWith("packs/", StringComparison.Ordinal)).Take(2).ToArray();
        foreach (var (one, other) in new[] { (packs[0], packs[1]), (packs[0], scene.Packs.First(p => p.StartsWith("pages/", StringComparison.Ordinal))), ("snapshots/s-1", "snapshots/s-2") })
        {
            byte[] first = scene.Memory.Objects[one], second = scene.Memory.Objects[other];
            await scene.Memory.PutAsync(one, second, None);
            await scene.Memory.PutAsync(other, first, None);
            var thrown = await ReadAllAsync();
            // Packs explain themselves: under each other's names they are still whole and of the right kind.
            if (one == packs[0] && other == packs[1]) Assert.Null(thrown);
            else Assert.Equal(EngineFault.Corrupt, thrown?.Fault);
            await scene.Memory.PutAsync(one, first, None);
            await scene.Memory.PutAsync(other, second, None);
        }
    }

    [Fact]
    public async Task A_lost_object_is_corruption_or_a_missing_object_and_nothing_else()
    {
        await StoreAsync();
        foreach (var (name, bytes) in scene.Memory.Objects.Where(o => o.Key.StartsWith("pa", StringComparison.Ordinal)))
        {
            await scene.Memory.DeleteAsync(name, None);
            var thrown = await ReadAllAsync();
            await scene.Memory.PutAsync(name, bytes, None);

            Assert.Equal(EngineFault.Corrupt, thrown?.Fault);
        }
    }

    [Fact]
    public async Task A_pack_that_cannot_be_read_leaves_other_snapshots_restorable_and_is_stored_anew_by_the_next_upload()
    {
        var repository = await scene.OpenAsync();
        MemoryBlockDevice one = scene.Disk(20, 20), other = scene.Disk(20, 20);
        await repository.UploadAsync(Full("s-1", one), null, None);
        var damaged = scene.Packs.ToArray();
        await repository.UploadAsync(Full("s-2", other), null, None);
        foreach (var name in damaged) scene.Memory.Objects[name][^1] ^= 1;

        repository = await scene.OpenAsync();
        Assert.Equal(HashOf(other), await RestoredHashAsync(repository, "s-2"));
        await repository.UploadAsync(Full("s-3", one), null, None);

        Assert.Equal(HashOf(one), await RestoredHashAsync(await scene.OpenAsync(), "s-3"));
    }

    [Fact]
    public async Task A_damaged_root_hides_no_other_snapshot_and_stops_every_sweep()
    {
        await StoreAsync();
        scene.Memory.Objects["snapshots/s-1"][50] ^= 1;
        var repository = await scene.OpenAsync();
        var seen = new List<string>();

        var thrown = await RefusedAsync(async () =>
        {
            await foreach (var info in repository.ListAsync(None)) seen.Add(info.SnapshotId);
        });
        var refused = await RefusedAsync(() => repository.PlanSweepAsync(None));

        Assert.Equal(["s-2", "s-3"], seen);
        Assert.Contains("snapshots/s-1", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(EngineFault.Corrupt, refused.Fault);
    }

    [Fact]
    public async Task A_repository_without_its_config_does_not_become_a_new_one()
    {
        await StoreAsync();
        await scene.Memory.DeleteAsync("config", None);

        Assert.Equal(EngineFault.Corrupt, (await RefusedAsync(scene.OpenAsync)).Fault);
    }

    [Fact]
    public async Task A_store_that_answers_with_wrong_or_short_bodies_never_gives_wrong_content()
    {
        await StoreAsync();
        for (var i = 0; i < 60; i++)
        {
            var gets = scene.Random.Next(1, 30);
            scene.Faulty.Body = (_, bytes) =>
            {
                if (bytes.Length == 0 || --gets != 0) return bytes;
                if (scene.Random.Next(2) == 0) return bytes[..scene.Random.Next(bytes.Length)];
                bytes[scene.Random.Next(bytes.Length)] ^= 16;
                return bytes;
            };
            if (await ReadAllAsync() is { } thrown) Assert.Equal(EngineFault.Corrupt, thrown.Fault);
        }
    }

    private async Task StoreAsync()
    {
        var repository = await scene.OpenAsync();
        var disk = scene.Disk(40, 40);
        string? predecessor = null;
        uint epoch = 0;
        foreach (var id in (string[])["s-1", "s-2", "s-3"])
        {
            await repository.UploadAsync(predecessor is null ? Full(id, disk) : Incremental(id, disk, predecessor, epoch), null, None);
            hashes[id] = HashOf(disk);
            (predecessor, epoch) = (id, disk.EndEpoch());
            disk.Write(scene.Random.Next(40) * Limits.ChunkBytes, [1, 2, (byte)hashes.Count]);
        }
        originals = scene.Memory.Objects.ToDictionary(o => o.Key, o => o.Value.ToArray(), StringComparer.Ordinal);
    }

    /// <summary>Lists and reads everything in a new process. Returns the first refusal; content that is not what was stored fails the test.</summary>
    private async Task<EngineException?> ReadAllAsync()
    {
        try
        {
            var repository = await scene.OpenAsync();
            Assert.Equal(3, (await ListAsync(repository)).Count);
            foreach (var (id, hash) in hashes) Assert.Equal(hash, await RestoredHashAsync(repository, id));
            return null;
        }
        catch (EngineException e) { return e; }
    }
}
