using System.Security.Cryptography;
using SnapshotPortal.Engine.Crypto;
using SnapshotPortal.Engine.Objects;
using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.Testing;
using static SnapshotPortal.Engine.Tests.Repositories.RepositoryScene;

namespace SnapshotPortal.Engine.Tests.Repositories;

/// <summary>Garbage, and valid objects with some bytes changed and their checksum made right again: an answer, and no large allocation.</summary>
public sealed class RepositoryFuzz
{
    private const int Rounds = 3000;
    private const long AllocatedMax = 4 << 20;   // the largest index of a pack, decoded

    private static readonly Guid Id = new("01234567-89ab-cdef-0123-456789abcdef");

    private readonly Random random = new(11);

    [Fact]
    public async Task Config() => Fuzz((await StoredAsync("config"))[0].Bytes, fix: Rehash, bytes => RepositoryConfig.Decode(bytes));

    [Fact]
    public async Task Root() => Fuzz((await StoredAsync("snapshots/"))[0].Bytes, fix: Rehash, bytes => SnapshotRoot.Decode("snapshots/s-1", Id, bytes));

    [Fact]
    public void Wrapped_key() => Fuzz(EncryptionTests.Ring.Wrap(EncryptionTests.Key).Encode(), fix: Rehash, bytes => WrappedKey.Decode("keys/x", bytes));

    [Fact]
    public void Encrypted_records()
    {
        var coding = new RecordCoding(new ObjectCipher(EncryptionTests.Key));
        byte[] plain = new byte[Limits.ChunkBytes], record = new byte[Limits.ChunkBytes + RecordCoding.OverheadBytes];
        random.NextBytes(plain.AsSpan(0, 5000));
        var id = coding.IdOf(plain);
        var (codec, length) = coding.Encode(PackKind.Chunks, id, plain, record, 3);
        var entry = new PackEntry(id, 16, length, plain.Length, codec);

        Assert.True(coding.TryDecode(PackKind.Chunks, entry, record.AsSpan(0, length).ToArray(), plain));
        for (var round = 0; round < Rounds; round++)
        {
            var mutated = Mutated(record[..length]);
            if (mutated.AsSpan().SequenceEqual(record.AsSpan(0, length))) continue;
            Assert.False(coding.TryDecode(PackKind.Chunks, entry, mutated, plain));
        }
    }

    [Fact]
    public async Task Files_of_the_index_are_believed_or_built_anew()
    {
        for (var round = 0; round < 60; round++)
        {
            var files = new SimulatedFileSystem(round);
            var scene = new RepositoryScene(round);
            scene = new RepositoryScene(round) { Options = scene.Options with { IndexFiles = files, IndexDirectory = "/index" } };
            var disk = scene.Disk(30, 30);
            using (var first = await scene.OpenAsync()) await first.UploadAsync(Full("s-1", disk), null, None);
            foreach (var name in (string[])["/index/packs", "/index/records"])
            {
                if (random.Next(2) == 0) continue;
                using var file = files.Open(name);
                var at = random.NextInt64(file.LengthBytes);
                if (random.Next(4) == 0) file.SetLength(at);
                else file.Write(at, [(byte)random.Next(256)]);
            }
            var thrown = await Record.ExceptionAsync(async () =>
            {
                using var again = await scene.OpenAsync();
                Assert.Equal(HashOf(disk), await RestoredHashAsync(again, "s-1"));
            });
            if (thrown is not null) Assert.Contains("delete its directory", Assert.IsType<EngineException>(thrown).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Pack_of_chunks() => await FuzzPackAsync("packs/");

    [Fact]
    public async Task Pack_of_pages() => await FuzzPackAsync("pages/");

    [Fact]
    public void Manifest_page()
    {
        var ids = new ChunkId[ManifestPage.References];
        for (var k = 0; k < 600; k++) ids[k] = ChunkId.Of([(byte)k, (byte)(k >> 8)]);
        var basePage = new ManifestPage(0, 600, null, default, ids);
        var changed = ids.ToArray();
        changed[5] = default;
        changed[900] = ChunkId.Of([1]);
        var over = ManifestPage.Encode(0, 600, changed, basePage, ChunkId.Of([2]));

        Fuzz(ManifestPage.Encode(0, 600, ids, null, default), static _ => { }, bytes => ManifestPage.Decode("pages/x", 0, null, bytes));
        Fuzz(over, static _ => { }, bytes => ManifestPage.Decode("pages/x", 0, basePage, bytes));
        Assert.Equal(changed, ManifestPage.Decode("pages/x", 0, basePage, over).Ids);
    }

    [Fact]
    public void Compressed_records()
    {
        byte[] plain = new byte[Limits.ChunkBytes], packed = new byte[Limits.ChunkBytes];
        random.NextBytes(plain.AsSpan(0, 5000));
        var (codec, length) = ChunkCodecs.Compress(plain, packed, 3);
        foreach (var other in Enum.GetValues<ChunkCodec>())
            Fuzz(packed[..length], static _ => { }, bytes => ChunkCodecs.TryDecompress(other, bytes, plain));
        Assert.NotEqual(ChunkCodec.Raw, codec);
    }

    [Fact]
    public async Task Whole_repositories_of_damaged_objects_with_right_checksums()
    {
        for (var round = 0; round < 100; round++)
        {
            var scene = await SceneAsync();
            foreach (var (name, bytes) in scene.Memory.Objects.Where(_ => random.Next(2) == 0))
            {
                var mutated = Mutated(bytes);
                if (name.StartsWith("pa", StringComparison.Ordinal)) RehashPack(mutated);
                else Rehash(mutated);
                await scene.Memory.PutAsync(name, mutated, None);
            }
            var thrown = await Record.ExceptionAsync(async () =>
            {
                var repository = await scene.OpenAsync();
                foreach (var info in await ListAsync(repository))
                {
                    if (info.LengthBytes <= 1 << 30) await repository.RestoreAsync(info.SnapshotId, new MemoryBlockDevice(info.LengthBytes), null, None);
                }
            });
            if (thrown is not null) Assert.Contains(Assert.IsType<EngineException>(thrown).Fault, new[] { EngineFault.Corrupt, EngineFault.Missing });
        }
    }

    private static async Task<RepositoryScene> SceneAsync()
    {
        var scene = new RepositoryScene(2);
        var disk = scene.Disk(30, 30);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk) with { Labels = new Dictionary<string, string> { ["a"] = "b", ["c"] = "" } }, null, None);
        var epoch = disk.EndEpoch();
        disk.Write(0, [1]);
        await repository.UploadAsync(Incremental("s-2", disk, "s-1", epoch), null, None);
        return scene;
    }

    private static async Task<(string Name, byte[] Bytes)[]> StoredAsync(string prefix) =>
        [.. (await SceneAsync()).Memory.Objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(o => (o.Key, o.Value))];

    private static void Rehash(byte[] bytes)
    {
        if (bytes.Length >= 32) SHA256.HashData(bytes.AsSpan(..^32), bytes.AsSpan(^32..));
    }

    private static void RehashPack(byte[] tail)
    {
        if (tail.Length < Pack.FooterBytes) return;
        var index = (long)BitConverter.ToUInt32(tail.AsSpan(^Pack.FooterBytes..)) * Pack.EntryBytes;
        var from = tail.Length - Pack.FooterBytes - index;
        if (from >= 0) SHA256.HashData(tail.AsSpan((int)from..^40), tail.AsSpan(^40..^8));
    }

    private async Task FuzzPackAsync(string prefix)
    {
        foreach (var (name, bytes) in await StoredAsync(prefix))
        {
            var tail = bytes[^(BitConverter.ToInt32(bytes.AsSpan(^Pack.FooterBytes..)) * Pack.EntryBytes + Pack.FooterBytes)..];
            Fuzz(tail, RehashPack, mutated => Pack.Decode(new StoredObject(name, bytes.Length), Id, mutated));
        }
    }

    private void Fuzz(byte[] valid, Action<byte[]> fix, Action<byte[]> read)
    {
        read(valid);
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = random.Next(10) == 0 ? new byte[random.Next(valid.Length * 2)] : Mutated(valid);
            if (bytes.Length > 0 && random.Next(10) == 0) random.NextBytes(bytes);
            fix(bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try { read(bytes); }
            catch (EngineException e) when (e.Fault == EngineFault.Corrupt) { }
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, AllocatedMax);
        }
    }

    private byte[] Mutated(byte[] valid)
    {
        byte[] bytes = [.. valid];
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var at = random.Next(4) == 0 ? random.Next(Math.Min(bytes.Length, 160)) : random.Next(bytes.Length);
            bytes[at] = random.Next(3) switch { 0 => (byte)random.Next(256), 1 => 255, _ => (byte)(bytes[at] ^ (1 << random.Next(8))) };
        }
        return random.Next(8) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }
}
