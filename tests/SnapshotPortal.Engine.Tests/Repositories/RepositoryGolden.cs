using System.Runtime.CompilerServices;
using SnapshotPortal.Engine.Crypto;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Objects;
using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.Testing;
using static SnapshotPortal.Engine.Tests.Repositories.RepositoryScene;

namespace SnapshotPortal.Engine.Tests.Repositories;

/// <summary>
/// The bytes of format version 1 (docs/format-repository.md) are still the bytes. The files in golden/repository-v1 never
/// change; a file that is missing is written, and the test fails once so that somebody looks at it.
/// </summary>
public sealed class RepositoryGolden
{
    private static readonly Guid Id = new("01234567-89ab-cdef-0123-456789abcdef");
    private static readonly DateTimeOffset Then = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    private static readonly StoredSnapshotInfo Info = new()
    {
        SnapshotId = "s-2",
        DiskId = "d-1",
        LengthBytes = 1 << 30,
        PredecessorId = "s-1",
        ReadBytes = 2,
        StoredBytes = 3,
        FullBytes = 4,
        CreatedAt = Then,
        Labels = new Dictionary<string, string> { ["name"] = "Tägliche", ["account"] = "" },
    };

    [Fact]
    public void Config()
    {
        var config = new RepositoryConfig(Id, Then);

        Assert.Equal(config, RepositoryConfig.Decode(Golden("config.bin", config.Encode())));
    }

    [Fact]
    public void Snapshot_root()
    {
        var root = new SnapshotRoot(Info, ChunkId.Of([1]));

        var read = SnapshotRoot.Decode("snapshots/s-2", Id, Golden("snapshot-root.bin", root.Encode(Id, RecordCoding.Clear)));

        Assert.Equivalent(Info, read.Info);
        Assert.Equal(root.TopPage, read.TopPage);
    }

    [Fact]
    public void Pack_with_its_index()
    {
        var writer = new PackWriter(PackKind.Chunks, "s-2", Guid.Empty, Id, 1 << 20);
        writer.Append(ChunkId.Of([1]), Limits.ChunkBytes, ChunkCodec.Zstd, "one record"u8);
        writer.Append(ChunkId.Of([2]), Limits.ChunkBytes, ChunkCodec.Brotli, "another"u8);
        var (pack, content) = writer.Complete();

        var bytes = Golden("pack.bin", content.ToArray());

        var read = Pack.Decode(new StoredObject(pack.ObjectName, bytes.Length), Id, bytes.AsSpan(^(2 * Pack.EntryBytes + Pack.FooterBytes)..));
        Assert.Equal(pack.Entries, read.Entries);
        Assert.Equal("s-2", read.Owner);
    }

    [Fact]
    public void Manifest_pages()
    {
        var ids = new ChunkId[ManifestPage.References];
        for (var k = 0; k < 9; k++) ids[k * 100] = ChunkId.Of([(byte)k]);
        var basePage = new ManifestPage(1, 5000, null, default, ids);
        ChunkId[] changed = [.. ids];
        (changed[100], changed[101]) = (default, ChunkId.Of([100]));

        var alone = ManifestPage.Decode("page", 1, null, Golden("page.bin", ManifestPage.Encode(1, 5000, ids, null, default)));
        var over = ManifestPage.Decode("page", 1, alone, Golden("page-over-base.bin", ManifestPage.Encode(1, 4999, changed, basePage, ChunkId.Of([3]))));

        Assert.Equal(ids, alone.Ids);
        Assert.Equal(changed, over.Ids);
        Assert.Equal((4999, ChunkId.Of([3])), (over.Chunks, over.BaseId));
    }

    [Fact]
    public void Wrapped_key()
    {
        var wrapped = EncryptionTests.Ring.Wrap(EncryptionTests.Key);

        var read = WrappedKey.Decode("keys/x", Golden("wrapped-key.bin", wrapped.Encode()));

        Assert.True(EncryptionTests.Ring.Unwrap(read).IsSame(EncryptionTests.Key));
    }

    [Fact]
    public void Encrypted_root_and_pack()
    {
        var coding = new RecordCoding(new ObjectCipher(EncryptionTests.Key));
        byte[] plain = new byte[Limits.ChunkBytes], record = new byte[Limits.ChunkBytes + RecordCoding.OverheadBytes];
        // Noise is stored raw; what zstd makes of anything else may change with its version.
        new Random(1).NextBytes(plain);
        var id = coding.IdOf(plain);
        var (codec, length) = coding.Encode(PackKind.Chunks, id, plain, record, 3);
        var writer = new PackWriter(PackKind.Chunks, "s-2", coding.KeyId, Id, 1 << 20);
        writer.Append(id, plain.Length, codec, record.AsSpan(0, length));
        var root = new SnapshotRoot(Info with { KeyId = coding.KeyId }, ChunkId.Of([1]));

        var (pack, content) = writer.Complete();
        var bytes = Golden("encrypted-pack.bin", content.ToArray());
        var readRoot = SnapshotRoot.Decode("snapshots/s-2", Id, Golden("encrypted-root.bin", root.Encode(Id, coding)));

        var read = Pack.Decode(new StoredObject(pack.ObjectName, bytes.Length), Id, bytes.AsSpan(^(Pack.EntryBytes + Pack.FooterBytes)..));
        Assert.Equal(coding.KeyId, read.KeyId);
        var opened = new byte[Limits.ChunkBytes];
        Assert.True(coding.TryDecode(PackKind.Chunks, read.Entries[0], bytes.AsSpan(read.Entries[0].OffsetBytes, read.Entries[0].StoredLength), opened));
        Assert.Equal(plain, opened);
        Assert.True(readRoot.IsBy(coding));
        Assert.Equal(coding.KeyId, readRoot.Info.KeyId);
    }

    /// <summary>A repository of two snapshots as a directory, written once by the first version; compressed bytes may differ today.</summary>
    [Fact]
    public async Task A_repository_of_version_1_is_still_read()
    {
        var disk = new MemoryBlockDevice(20L * Limits.ChunkBytes + 4096);
        for (var i = 0; i < 20; i++) disk.Write(i * (long)Limits.ChunkBytes, [.. Enumerable.Range(0, 1000).Select(k => (byte)(k * i))]);
        var changed = disk.Freeze();
        changed.IsReadOnly = false;
        var epoch = changed.EndEpoch();
        changed.Write(3 * Limits.ChunkBytes, "changed"u8);
        changed.Trim(0, Limits.ChunkBytes);
        var directory = Path.Combine(Source(), "repository");
        if (!Directory.Exists(directory))
        {
            using var made = FileObjectStore.Open(OsFileSystem.Instance, directory);
            var first = await Repository.OpenAsync(made, new RepositoryOptions { Time = TimeProvider.System, NewId = () => Id }, None);
            await first.UploadAsync(Full("s-1", disk), null, None);
            await first.UploadAsync(Incremental("s-2", changed, "s-1", epoch), null, None);
            Assert.Fail("The repository was not there and is written now. Look at it, and add it to the sources.");
        }

        var store = new MemoryObjectStore();
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
            await store.PutAsync(Path.GetRelativePath(directory, file), await File.ReadAllBytesAsync(file), None);
        var repository = await Repository.OpenAsync(store, new RepositoryOptions { Time = TimeProvider.System }, None);

        Assert.Equal(Id, repository.Id);
        Assert.Equal(HashOf(disk), await RestoredHashAsync(repository, "s-1"));
        Assert.Equal(HashOf(changed), await RestoredHashAsync(repository, "s-2"));
    }

    private static byte[] Golden(string name, byte[] written)
    {
        var path = Path.Combine(Source(), name);
        if (!File.Exists(path))
        {
            Directory.CreateDirectory(Source());
            File.WriteAllBytes(path, written);
            Assert.Fail($"{name} was not there and is written now. Look at it, and add it to the sources.");
        }
        var golden = File.ReadAllBytes(path);
        Assert.Equal(golden, written);
        return golden;
    }

    private static string Source([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "golden", "repository-v1");
}
