using System.Security.Cryptography;
using SnapshotPortal.Engine.Crypto;
using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.Testing;
using static SnapshotPortal.Engine.Tests.Repositories.RepositoryScene;

namespace SnapshotPortal.Engine.Tests.Repositories;

public sealed class EncryptionTests
{
    private readonly RepositoryScene scene = new(9);

    internal static KeyRing Ring { get; } = KeyRing.Parse("the tests", KekLine("kek-1", 1));

    internal static DataKey Key { get; } = new(new Guid("0198bbbb-0000-7000-8000-000000000001"), SHA256.HashData([1]));

    private static DataKey OtherKey { get; } = new(new Guid("0198bbbb-0000-7000-8000-000000000002"), SHA256.HashData([2]));

    [Fact]
    public async Task Encrypted_snapshots_restore_and_show_nothing_of_their_content()
    {
        var disk = new MemoryBlockDevice(20L * Limits.ChunkBytes);
        for (var i = 0; i < 20; i++) disk.Write(i * (long)Limits.ChunkBytes, [.. Enumerable.Range(0, 2000).Select(k => (byte)"very recognizable content "[(k + i) % 26])]);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk) with { Key = Key }, null, None);
        var epoch = disk.EndEpoch();
        disk.Write(5, "changed"u8);

        var info = await repository.UploadAsync(Incremental("s-2", disk, "s-1", epoch) with { Key = Key }, null, None);

        Assert.Equal(Key.Id, info.KeyId);
        Assert.Equal(Limits.ChunkBytes, info.ReadBytes);
        Assert.Equal(HashOf(disk), await RestoredHashAsync(await scene.OpenAsync(), "s-2"));
        Assert.Equal(HashOf(disk), HashOf(await repository.OpenSnapshotAsync("s-2", None)));
        foreach (var (name, bytes) in scene.Memory.Objects)
        {
            Assert.True(bytes.AsSpan().IndexOf("recognizable"u8) < 0, name);
            Assert.True(bytes.AsSpan().IndexOf(SHA256.HashData(Chunk(disk, 7))) < 0, $"{name} tells the hash of a chunk");
        }
    }

    [Fact]
    public async Task Equal_content_is_stored_once_under_one_key_and_again_under_another()
    {
        var disk = scene.Disk(30, 40);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk) with { Key = Key }, null, None);

        var again = await repository.UploadAsync(Full("s-2", disk) with { Key = Key }, null, None);
        var other = await repository.UploadAsync(Full("s-3", disk) with { Key = OtherKey }, null, None);
        var clear = await repository.UploadAsync(Full("s-4", disk), null, None);

        Assert.Equal(scene.Memory.Objects["snapshots/s-2"].Length, again.StoredBytes);
        Assert.InRange(other.StoredBytes, clear.StoredBytes, clear.StoredBytes + clear.StoredBytes / 10);
        foreach (var id in (string[])["s-1", "s-2", "s-3", "s-4"]) Assert.Equal(HashOf(disk), await RestoredHashAsync(repository, id));
    }

    [Fact]
    public async Task A_predecessor_under_another_key_is_refused()
    {
        var disk = scene.Disk(3, 4);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk) with { Key = Key }, null, None);
        var epoch = disk.EndEpoch();

        await Assert.ThrowsAsync<ArgumentException>(() => repository.UploadAsync(Incremental("s-2", disk, "s-1", epoch) with { Key = OtherKey }, null, None));
        await Assert.ThrowsAsync<ArgumentException>(() => repository.UploadAsync(Incremental("s-2", disk, "s-1", epoch), null, None));
    }

    [Fact]
    public async Task Without_the_right_key_a_snapshot_is_listed_and_deleted_but_not_read()
    {
        var disk = scene.Disk(20, 20);
        await (await scene.OpenAsync()).UploadAsync(Full("s-1", disk) with { Key = Key }, null, None);
        foreach (var (ring, tells) in new (KeyRing?, string)[]
        {
            (null, "no key-encryption key is configured"),
            (KeyRing.Parse("the tests", KekLine("kek-2", 1)), "'kek-1', which is not among those that are configured (kek-2)"),
            (KeyRing.Parse("the tests", KekLine("kek-1", 2)), "'kek-1', but the one configured under that id is another"),
        })
        {
            var repository = await Repository.OpenAsync(scene.Memory, scene.Options with { Keys = ring }, None);

            Assert.Equal(Key.Id, Assert.Single(await ListAsync(repository)).KeyId);
            foreach (var call in (Func<Task>[])[
                () => repository.RestoreAsync("s-1", new MemoryBlockDevice(disk.LengthBytes), null, None),
                () => repository.OpenSnapshotAsync("s-1", None),
                () => repository.UploadAsync(Full("s-1", disk) with { Key = Key }, null, None)])
            {
                var thrown = await RefusedAsync(call);
                Assert.Equal(EngineFault.KeyUnavailable, thrown.Fault);
                Assert.Contains(tells, thrown.Message, StringComparison.Ordinal);
                Assert.Contains(Key.Id.ToString(), thrown.Message, StringComparison.Ordinal);
            }
        }
        Assert.Equal(HashOf(disk), await RestoredHashAsync(await scene.OpenAsync(), "s-1"));
    }

    [Fact]
    public async Task A_sweep_without_the_key_keeps_what_it_cannot_read_and_gives_back_the_rest()
    {
        var disk = scene.Disk(20, 20);
        var first = await scene.OpenAsync();
        await first.UploadAsync(Full("s-1", disk) with { Key = Key }, null, None);
        await first.UploadAsync(Full("s-2", disk), null, None);
        var kept = scene.Memory.Objects.Keys.Where(name => !name.EndsWith("s-2", StringComparison.Ordinal)).ToHashSet();
        await first.UploadAsync(Full("s-3", scene.Disk(20, 20)), null, None);
        await first.DeleteAsync("s-3", None);
        var keyless = await Repository.OpenAsync(scene.Memory, scene.Options with { Keys = null }, None);

        Assert.NotEmpty((await SweepAsync(keyless)).Objects);

        Assert.Superset(kept, scene.Memory.Objects.Keys.ToHashSet());
        Assert.Equal(HashOf(disk), await RestoredHashAsync(await scene.OpenAsync(), "s-1"));
        await keyless.DeleteAsync("s-1", None);
        await keyless.DeleteAsync("s-2", None);
        await SweepAsync(keyless);
        Assert.Equal(["config"], scene.Memory.Objects.Keys);
    }

    [Fact]
    public async Task Rotation_wraps_every_key_again_and_touches_nothing_else()
    {
        var disk = scene.Disk(20, 20);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk) with { Key = Key }, null, None);
        await repository.UploadAsync(Full("s-2", disk) with { Key = OtherKey }, null, None);
        var before = scene.Memory.Objects;
        var both = await Repository.OpenAsync(scene.Memory, scene.Options with { Keys = KeyRing.Parse("the tests", KekLine("kek-2", 2) + ";" + KekLine("kek-1", 1)) }, None);

        Assert.Equal(2, await both.RewrapKeysAsync(None));
        Assert.Equal(0, await both.RewrapKeysAsync(None));

        Assert.All(before, o => Assert.Equal(!o.Key.StartsWith("keys/", StringComparison.Ordinal), ReferenceEquals(scene.Memory.Objects[o.Key], o.Value)));
        var rotated = await Repository.OpenAsync(scene.Memory, scene.Options with { Keys = KeyRing.Parse("the tests", KekLine("kek-2", 2)) }, None);
        Assert.Equal(HashOf(disk), await RestoredHashAsync(rotated, "s-1"));
        Assert.Equal(HashOf(disk), await RestoredHashAsync(rotated, "s-2"));
    }

    [Fact]
    public async Task An_erased_key_makes_its_snapshots_unreadable_and_no_others()
    {
        var disk = scene.Disk(20, 20);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk) with { Key = Key }, null, None);
        await repository.UploadAsync(Full("s-2", disk) with { Key = OtherKey }, null, None);

        await repository.EraseKeyAsync(Key.Id, None);

        Assert.Equal(EngineFault.KeyUnavailable, (await RefusedAsync(() => repository.OpenSnapshotAsync("s-1", None))).Fault);
        Assert.Equal(HashOf(disk), await RestoredHashAsync(repository, "s-2"));
        await repository.DeleteAsync("s-1", None);
        await SweepAsync(repository);
        Assert.DoesNotContain(scene.Packs, name => scene.Memory.Objects[name].AsSpan().IndexOf("s-1"u8) >= 0);
    }

    [Fact]
    public async Task A_root_that_somebody_without_the_key_made_is_refused()
    {
        var disk = scene.Disk(20, 20);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk) with { Key = Key }, null, None);
        disk.Write(0, "newer"u8);
        await repository.UploadAsync(Full("s-2", disk) with { Key = Key }, null, None);
        // The content of s-1 under the name of s-2, with every checksum right: only the MAC is not.
        var bytes = scene.Memory.Objects["snapshots/s-2"];
        scene.Memory.Objects["snapshots/s-1"].AsSpan(72, ChunkId.Length).CopyTo(bytes.AsSpan(72));
        SHA256.HashData(bytes.AsSpan(..^32), bytes.AsSpan(^32..));

        var thrown = await RefusedAsync(async () => await RestoredHashAsync(await scene.OpenAsync(), "s-2"));

        Assert.Equal(EngineFault.Corrupt, thrown.Fault);
        Assert.Contains("snapshots/s-2", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_key_of_the_same_id_is_refused()
    {
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", scene.Disk(3, 3)) with { Key = Key }, null, None);
        var imposter = new DataKey(Key.Id, SHA256.HashData([3]));

        await Assert.ThrowsAsync<ArgumentException>(() => repository.UploadAsync(Full("s-2", scene.Disk(3, 3)) with { Key = imposter }, null, None));
    }

    internal static string KekLine(string id, byte seed) => $"{id} {Convert.ToBase64String(SHA256.HashData([seed, seed]))}";

    private static byte[] Chunk(MemoryBlockDevice disk, int number)
    {
        var chunk = new byte[Limits.ChunkBytes];
        disk.Read(number * (long)Limits.ChunkBytes, chunk);
        return chunk;
    }
}
