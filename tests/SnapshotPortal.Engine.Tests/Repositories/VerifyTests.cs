using SnapshotPortal.Engine.Crypto;
using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.Testing;
using static SnapshotPortal.Engine.Tests.Repositories.RepositoryScene;

namespace SnapshotPortal.Engine.Tests.Repositories;

public sealed class VerifyTests
{
    private const int Chunks = 60;

    private readonly RepositoryScene scene = new(21);
    private readonly Dictionary<string, MemoryBlockDevice> content = new(StringComparer.Ordinal);

    [Fact]
    public async Task A_sound_repository_is_sound_and_wholly_covered()
    {
        var repository = await StoreAsync(EncryptionTests.Key);
        var reports = new List<VerifyProgress>();

        var all = await repository.VerifyAsync(new VerifyRequest(), new Reporter(reports), None);
        var one = await repository.VerifyAsync(new VerifyRequest { SnapshotId = "s-1" }, null, None);

        Assert.True(all.IsSound && one.IsSound);
        Assert.Equal((2, 1.0), (all.Snapshots, all.Coverage));
        Assert.Equal(scene.Packs.Sum(name => (long)scene.Memory.Objects[name].Length), all.CheckedBytes);
        Assert.Equal(all.CheckedBytes, reports[^1].DoneBytes);
        Assert.InRange(one.CheckedBytes, 1, all.CheckedBytes - 1);
        Assert.Equal(EngineFault.Missing, (await RefusedAsync(() => repository.VerifyAsync(new VerifyRequest { SnapshotId = "s-9" }, null, None))).Fault);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_flipped_bit_anywhere_is_noticed_its_range_named_and_the_rest_restored(bool isEncrypted)
    {
        await StoreAsync(isEncrypted ? EncryptionTests.Key : null);
        foreach (var (name, bytes) in scene.Memory.Objects.Where(o => o.Key != "config"))
        {
            foreach (var at in Enumerable.Range(0, 12).Select(_ => scene.Random.Next(bytes.Length)).Append(0).Append(bytes.Length - 1))
            {
                var bit = (byte)(1 << scene.Random.Next(8));
                bytes[at] ^= bit;
                using var repository = await scene.OpenAsync();

                var result = await repository.VerifyAsync(new VerifyRequest(), null, None);

                Assert.True(result.Objects.Any(o => o.Name == name), $"The flip at byte {at} of {name} was not noticed.");
                if (!name.StartsWith("snapshots/", StringComparison.Ordinal) && !name.StartsWith("keys/", StringComparison.Ordinal)) await RestoreRestAsync(repository, result);
                bytes[at] ^= bit;
            }
        }
    }

    [Fact]
    public async Task A_lost_pack_is_named_with_all_that_is_lost_with_it()
    {
        await StoreAsync(null);
        foreach (var (name, bytes) in scene.Memory.Objects.Where(o => o.Key.StartsWith("pa", StringComparison.Ordinal)))
        {
            await scene.Memory.DeleteAsync(name, None);
            using var repository = await scene.OpenAsync();

            var result = await repository.VerifyAsync(new VerifyRequest(), null, None);

            Assert.NotEmpty(result.Damages);
            await RestoreRestAsync(repository, result);
            await scene.Memory.PutAsync(name, bytes, None);
        }
    }

    [Fact]
    public async Task One_bad_chunk_is_one_chunk_of_each_snapshot_that_has_it()
    {
        var repository = await StoreAsync(null);
        // The first record of the first pack of chunks: chunk 0, which both snapshots share.
        foreach (var name in scene.Packs.Where(name => name.StartsWith("packs/", StringComparison.Ordinal))) scene.Memory.Objects[name][20] ^= 1;

        var result = await repository.VerifyAsync(new VerifyRequest(), null, None);

        Assert.Equal(result.Damages.Count, result.Damages.Count(d => d.LengthBytes == Limits.ChunkBytes));
        Assert.Contains(result.Damages, d => d.SnapshotId == "s-1" && d.OffsetBytes == 0);
        await RestoreRestAsync(repository, result);
    }

    [Fact]
    public async Task What_was_found_damaged_is_stored_anew_by_the_next_upload_of_it()
    {
        var repository = await StoreAsync(null);
        foreach (var name in scene.Packs.Where(name => name.StartsWith("packs/", StringComparison.Ordinal))) scene.Memory.Objects[name][20] ^= 1;
        await repository.VerifyAsync(new VerifyRequest(), null, None);

        await repository.UploadAsync(Full("s-3", content["s-1"]), null, None);

        Assert.Equal(HashOf(content["s-1"]), await RestoredHashAsync(repository, "s-3"));
        Assert.Equal(HashOf(content["s-1"]), await RestoredHashAsync(repository, "s-1"));   // by the new copies
    }

    [Fact]
    public async Task Without_the_key_all_objects_are_still_checked()
    {
        await StoreAsync(EncryptionTests.Key);
        var keyless = await Repository.OpenAsync(scene.Memory, scene.Options with { Keys = null }, None);

        var sound = await keyless.VerifyAsync(new VerifyRequest(), null, None);
        var pack = scene.Packs.Last();
        scene.Memory.Objects[pack][30] ^= 1;
        var damaged = await keyless.VerifyAsync(new VerifyRequest(), null, None);

        Assert.True(sound.IsSound);
        Assert.Equal(["s-1", "s-2"], sound.KeyUnavailable);
        Assert.Equal(1, sound.Coverage);
        Assert.Equal(pack, Assert.Single(damaged.Objects).Name);
    }

    [Fact]
    public async Task A_sample_reads_its_share_and_says_so()
    {
        var repository = await StoreAsync(null);

        var half = await repository.VerifyAsync(new VerifyRequest { Share = 0.5, Seed = 3 }, null, None);
        var same = await repository.VerifyAsync(new VerifyRequest { Share = 0.5, Seed = 3 }, null, None);

        Assert.InRange(half.Coverage, 0.01, 0.99);
        Assert.Equal(half.CheckedBytes, same.CheckedBytes);
    }

    [Fact]
    public async Task Read_back_by_sample_looks_at_the_size_of_all_and_the_content_of_some()
    {
        var sampled = new RepositoryScene(22) { Options = scene.Options with { ReadBackShare = 0 } };
        var disk = sampled.Disk(40, 40);
        var repository = await sampled.OpenAsync();
        var gets = sampled.Faulty.Count(StoreCall.Get);

        await repository.UploadAsync(Full("s-1", disk), null, None);

        Assert.InRange(sampled.Faulty.Count(StoreCall.Get) - gets, 0, 1);    // the root
        Assert.Equal(HashOf(disk), await RestoredHashAsync(repository, "s-1"));
    }

    [Fact]
    public async Task Verifying_beside_sweeps_finds_no_damage()
    {
        var repository = await StoreAsync(null);
        for (var i = 0; i < 10; i++)
        {
            var id = $"t-{i}";
            await repository.UploadAsync(Full(id, scene.Disk(20, 20)), null, None);
            var number = 0;
            scene.Faulty.Before = (call, _, _) =>
            {
                if (call != StoreCall.Get || ++number != i + 1) return;
                scene.Faulty.Before = null;
                Task.Run(async () =>
                {
                    await repository.DeleteAsync(id, None);
                    await SweepAsync(repository);
                }).Wait();
            };
            Assert.True((await repository.VerifyAsync(new VerifyRequest(), null, None)).IsSound);
            scene.Faulty.Before = null;
        }
    }

    private async Task<Repository> StoreAsync(DataKey? key)
    {
        var repository = await scene.OpenAsync();
        var disk = scene.Disk(Chunks, 60);
        var noise = new byte[Limits.ChunkBytes];
        scene.Random.NextBytes(noise);
        disk.Write(0, noise);
        await repository.UploadAsync(Full("s-1", disk) with { Key = key }, null, None);
        content["s-1"] = disk.Freeze();
        var epoch = disk.EndEpoch();
        for (var i = 0; i < 6; i++) scene.Change(disk);
        scene.Random.NextBytes(noise);
        disk.Write((Chunks - 1L) * Limits.ChunkBytes, noise);
        await repository.UploadAsync(Incremental("s-2", disk, "s-1", epoch) with { Key = key }, null, None);
        content["s-2"] = disk.Freeze();
        return repository;
    }

    /// <summary>Restores all but the damaged ranges, and compares all but them.</summary>
    private async Task RestoreRestAsync(Repository repository, VerifyResult result)
    {
        foreach (var (id, disk) in content)
        {
            var damages = result.Damages.Where(d => d.SnapshotId == id).ToArray();
            var target = new MemoryBlockDevice(disk.LengthBytes);
            await repository.RestoreAsync(id, target, damages, null, None);
            var expected = new byte[Limits.ChunkBytes];
            var actual = new byte[Limits.ChunkBytes];
            for (var chunk = 0L; chunk < Chunks; chunk++)
            {
                if (damages.Any(d => d.OffsetBytes <= chunk * Limits.ChunkBytes && chunk * Limits.ChunkBytes < d.OffsetBytes + d.LengthBytes)) continue;
                disk.Read(chunk * Limits.ChunkBytes, expected);
                target.Read(chunk * Limits.ChunkBytes, actual);
                Assert.True(expected.AsSpan().SequenceEqual(actual), $"Chunk {chunk} of {id} differs.");
            }
        }
    }

    private sealed class Reporter(List<VerifyProgress> reports) : IProgress<VerifyProgress>
    {
        public void Report(VerifyProgress value) => reports.Add(value);
    }
}
