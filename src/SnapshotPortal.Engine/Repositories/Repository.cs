using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>The stored snapshots of a region in one object store (docs/format-repository.md).</summary>
/// <remarks>Thread-safe. One process changes a store at a time.</remarks>
public sealed class Repository
{
    internal const int FormatVersion = 1;

    private const int RootBytesMax = 64 * 1024;

    private readonly IObjectStore store;
    private readonly RepositoryOptions options;
    private readonly PackStore packs;
    private readonly RepositoryKeys keys;
    private readonly ManifestTree tree;
    private readonly RepositorySweep sweep;
    private readonly ConcurrentDictionary<string, bool> uploading = new(StringComparer.Ordinal);

    private Repository(IObjectStore store, RepositoryOptions options, Guid id)
    {
        (this.store, this.options, Id) = (store, options, id);
        packs = new PackStore(store, id);
        keys = new RepositoryKeys(packs, options.Keys);
        tree = new ManifestTree(packs, keys);
        sweep = new RepositorySweep(packs, keys, tree, RootsAsync);
    }

    /// <summary>The repository's id, drawn when it was made.</summary>
    public Guid Id { get; }

    /// <summary>Opens the repository in a store, or makes a new one in an empty store.</summary>
    /// <exception cref="EngineException"><see cref="EngineFault.Corrupt"/>, also where the store holds something else; <see cref="EngineFault.StoreUnavailable"/>; <see cref="EngineFault.Io"/>.</exception>
    public static async Task<Repository> OpenAsync(IObjectStore store, RepositoryOptions options, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(options);
        if (await ReadSmallAsync(store, RepositoryConfig.ObjectName, cancel) is { } bytes) return new Repository(store, options, RepositoryConfig.Decode(bytes).RepositoryId);

        // A repository that has lost its config must not become a new one, which would not know its own content.
        await foreach (var found in store.ListAsync(SnapshotRoot.Prefix, cancel))
            throw FormatReader.Damaged(RepositoryConfig.ObjectName, $"it is missing, but the store holds '{found.Name}'");
        var config = new RepositoryConfig(options.NewId(), options.Time.GetUtcNow());
        await store.PutAsync(RepositoryConfig.ObjectName, config.Encode(), cancel);
        return new Repository(store, options, config.RepositoryId);
    }

    /// <summary>
    /// All complete snapshots, in ordinal order of their ids. A damaged one does not hide the others: it is thrown as
    /// <see cref="EngineFault.Corrupt"/> after the last of them.
    /// </summary>
    public async IAsyncEnumerable<StoredSnapshotInfo> ListAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var root in RootsAsync(cancel)) yield return root.Info;
    }

    /// <summary>A complete snapshot, or null where there is none of that id.</summary>
    public async Task<StoredSnapshotInfo?> FindAsync(string snapshotId, CancellationToken cancel) => (await FindRootAsync(snapshotId, cancel))?.Info;

    /// <summary>
    /// Stores a snapshot: returns once all of it was found in the store again. Repeatable: after a failure, a cancellation
    /// or a kill the same call takes up what was stored; for a complete snapshot it compares, and returns what is there.
    /// </summary>
    /// <exception cref="ArgumentException">Something in the upload is outside its bounds; the source is smaller than the predecessor, or under another key.</exception>
    /// <exception cref="EngineException">
    /// <see cref="EngineFault.Missing"/> when the predecessor is; <see cref="EngineFault.Exists"/> when a snapshot of that
    /// id with other content is complete; <see cref="EngineFault.Locked"/> while it is being uploaded;
    /// <see cref="EngineFault.KeyUnavailable"/>; what the source and the store throw.
    /// </exception>
    public async Task<StoredSnapshotInfo> UploadAsync(SnapshotUpload upload, IProgress<UploadProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(upload);
        SnapshotRoot.Check(upload);
        if (!uploading.TryAdd(upload.SnapshotId, true)) throw new EngineException(EngineFault.Locked, $"The snapshot '{upload.SnapshotId}' is being uploaded already.");
        try
        {
            await packs.LoadAsync(cancel);
            using var lease = packs.Lease();
            return await UploadAsync(upload, lease, progress, cancel);
        }
        catch
        {
            packs.Forget();   // A pack may have arrived although its put failed.
            throw;
        }
        finally { uploading.TryRemove(upload.SnapshotId, out _); }
    }

    /// <summary>Opens a snapshot's content for reading; <see cref="EngineFault.Missing"/> where there is none of that id.</summary>
    public async Task<StoredSnapshot> OpenSnapshotAsync(string snapshotId, CancellationToken cancel)
    {
        var root = await RequireRootAsync(snapshotId, cancel);
        var coding = await ProveAsync(root, cancel);
        await packs.LoadAsync(cancel);
        return new StoredSnapshot(packs, tree, root, coding);
    }

    /// <summary>
    /// Writes a snapshot's content to the beginning of a device, which must be at least as long, and flushes it. Zeroes
    /// are written only where the device holds something else.
    /// </summary>
    /// <exception cref="EngineException"><see cref="EngineFault.Missing"/>; what the store and the target throw.</exception>
    public async Task RestoreAsync(string snapshotId, IBlockDevice target, IProgress<RestoreProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(target);
        using var lease = packs.Lease();
        var root = await LeaseTreeAsync(lease, snapshotId, cancel);
        if (target.LengthBytes < root.Info.LengthBytes)
            throw new ArgumentException($"The target has {target.LengthBytes} bytes, but the snapshot '{snapshotId}' has {root.Info.LengthBytes}.", nameof(target));
        await new SnapshotRestore(packs, tree, root, await keys.OpenAsync(root.KeyId, cancel), target, options, progress).RunAsync(cancel);
    }

    /// <summary>Deletes a snapshot at once, whatever was uploaded on top of it; nothing happens where there is none. A sweep gives the space back.</summary>
    public Task DeleteAsync(string snapshotId, CancellationToken cancel)
    {
        SnapshotRoot.CheckId(snapshotId);
        return store.DeleteAsync(SnapshotRoot.ObjectName(snapshotId), cancel);
    }

    /// <summary>
    /// Wraps every key anew that is not wrapped under the ring's current key-encryption key; content is not touched.
    /// Repeatable. Returns how many keys it were.
    /// </summary>
    public Task<int> RewrapKeysAsync(CancellationToken cancel) => keys.RewrapAsync(cancel);

    /// <summary>
    /// Erases everything that is encrypted under a key, at once and for good, by deleting the key: no snapshot under it can be
    /// read again. They stay listed until they are deleted, and a sweep then gives their space back.
    /// </summary>
    public Task EraseKeyAsync(Guid keyId, CancellationToken cancel) => keys.EraseAsync(keyId, cancel);

    /// <summary>Finds the objects that nothing refers to.</summary>
    /// <exception cref="EngineException"><see cref="EngineFault.Corrupt"/> while a snapshot's root or manifest cannot be read: what it refers to is unknown then.</exception>
    public Task<SweepPlan> PlanSweepAsync(CancellationToken cancel) => sweep.PlanAsync(cancel);

    /// <summary>
    /// Deletes what a plan names, except what came into use since. Safe beside uploads and restores of this process, and
    /// repeatable after a kill. Returns what was deleted.
    /// </summary>
    public Task<SweepPlan> ExecuteAsync(SweepPlan plan, CancellationToken cancel) => sweep.ExecuteAsync(plan, cancel);

    private async Task<StoredSnapshotInfo> UploadAsync(SnapshotUpload upload, ContentLease lease, IProgress<UploadProgress>? progress, CancellationToken cancel)
    {
        var coding = upload.Key is null ? RecordCoding.Clear : await keys.AddAsync(upload.Key, lease, cancel);
        var existing = await FindRootAsync(upload.SnapshotId, cancel);
        if (existing is not null) Compare(upload, existing.Info);
        var origin = existing is not null ? upload.SnapshotId : upload.PredecessorId;
        if (origin is not null)
        {
            var root = await LeaseTreeAsync(lease, origin, cancel);
            if (root.KeyId != coding.KeyId)
                throw new ArgumentException($"The predecessor '{origin}' is {(root.Info.KeyId is { } other ? $"encrypted under the key {other}" : "not encrypted")}. Upload the snapshot under the same key, or without a predecessor.", nameof(upload));
            if (root.Info.LengthBytes > upload.Source.LengthBytes)
                throw new ArgumentException($"The source has {upload.Source.LengthBytes} bytes, but its predecessor '{origin}' has {root.Info.LengthBytes}; a disk does not shrink. Upload it without a predecessor.", nameof(upload));
        }

        var ownedBefore = packs.OwnedBytes(upload.SnapshotId);
        var run = new UploadRun(tree, packs, options, upload, lease, coding, isComparison: existing is not null, progress);
        var (topPage, chunks) = await run.RunAsync(cancel);
        if (existing is not null) return existing.TopPage == topPage ? existing.Info : throw UploadRun.Differs(upload.SnapshotId);

        var info = new StoredSnapshotInfo
        {
            SnapshotId = upload.SnapshotId,
            DiskId = upload.DiskId,
            LengthBytes = upload.Source.LengthBytes,
            PredecessorId = upload.PredecessorId,
            ReadBytes = run.ReadBytes,
            StoredBytes = ownedBefore + run.PutBytes,
            FullBytes = chunks * Limits.ChunkBytes - await PaddingAsync(topPage, upload.Source.LengthBytes, cancel),
            KeyId = upload.Key?.Id,
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(options.Time.GetUtcNow().ToUnixTimeMilliseconds()),
            Labels = upload.Labels,
        };
        info = info with { StoredBytes = info.StoredBytes + SnapshotRoot.EncodedBytes(info) };
        return await PutRootAsync(new SnapshotRoot(info, topPage), coding, cancel);
    }

    private static void Compare(SnapshotUpload upload, StoredSnapshotInfo info)
    {
        if (info.DiskId != upload.DiskId || info.LengthBytes != upload.Source.LengthBytes || info.PredecessorId != upload.PredecessorId || info.KeyId != upload.Key?.Id)
            throw UploadRun.Differs(upload.SnapshotId);
    }

    /// <summary>What the last chunk, where it is stored, holds beyond the end of the disk.</summary>
    private async Task<long> PaddingAsync(ChunkId topPage, long lengthBytes, CancellationToken cancel)
    {
        var last = ChangedChunks.CountOf(lengthBytes) - 1;
        var padding = Limits.ChunkBytes - ChangedChunks.BytesOf(last, lengthBytes);
        return padding > 0 && !(await tree.FindAsync(topPage, last, cancel)).IsNone ? padding : 0;
    }

    private async Task<StoredSnapshotInfo> PutRootAsync(SnapshotRoot root, RecordCoding coding, CancellationToken cancel)
    {
        var name = SnapshotRoot.ObjectName(root.Info.SnapshotId);
        var bytes = root.Encode(Id, coding);
        await store.PutAsync(name, bytes, cancel);
        // From here on the snapshot exists, so it is no longer cancelled: either it is proven or it goes.
        var found = await ReadSmallAsync(store, name, CancellationToken.None);
        if (found is not null && found.AsSpan().SequenceEqual(bytes)) return SnapshotRoot.Decode(name, Id, found).Info;
        await store.DeleteAsync(name, CancellationToken.None);
        throw FormatReader.Damaged(name, "it was not found in the store as it was put");
    }

    /// <summary>Reads a root and protects what it refers to. It must still be there once that is known to sweeps.</summary>
    private async Task<SnapshotRoot> LeaseTreeAsync(ContentLease lease, string snapshotId, CancellationToken cancel)
    {
        var root = await RequireRootAsync(snapshotId, cancel);
        await ProveAsync(root, cancel);
        packs.SetTree(lease, root.TopPage);
        return (await FindRootAsync(snapshotId, cancel))?.TopPage == root.TopPage ? root : throw Missing(snapshotId);
    }

    /// <summary>Opens a root's key, and checks that the root was written by who had it. One in the clear proves nothing but its checksum.</summary>
    private async Task<RecordCoding> ProveAsync(SnapshotRoot root, CancellationToken cancel)
    {
        var coding = await keys.OpenAsync(root.KeyId, cancel);
        return root.IsBy(coding) ? coding : throw FormatReader.Damaged(SnapshotRoot.ObjectName(root.Info.SnapshotId), "it was not written with the key that it names");
    }

    private async Task<SnapshotRoot> RequireRootAsync(string snapshotId, CancellationToken cancel) =>
        await FindRootAsync(snapshotId, cancel) ?? throw Missing(snapshotId);

    private static EngineException Missing(string snapshotId) => new(EngineFault.Missing, $"The repository has no snapshot '{snapshotId}'.");

    private async Task<SnapshotRoot?> FindRootAsync(string snapshotId, CancellationToken cancel)
    {
        SnapshotRoot.CheckId(snapshotId);
        var name = SnapshotRoot.ObjectName(snapshotId);
        return await ReadSmallAsync(store, name, cancel) is { } bytes ? SnapshotRoot.Decode(name, Id, bytes) : null;
    }

    private async IAsyncEnumerable<SnapshotRoot> RootsAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var damaged = new List<EngineException>();
        await foreach (var found in store.ListAsync(SnapshotRoot.Prefix, cancel))
        {
            SnapshotRoot? root = null;
            try
            {
                // Null: deleted since it was listed.
                if (await ReadSmallAsync(store, found.Name, cancel) is { } bytes) root = SnapshotRoot.Decode(found.Name, Id, bytes);
            }
            catch (EngineException e) when (e.Fault == EngineFault.Corrupt) { damaged.Add(e); }
            if (root is not null) yield return root;
        }
        if (damaged.Count > 0) throw new EngineException(EngineFault.Corrupt, string.Join(" ", damaged.Select(e => e.Message)), damaged[0]);
    }

    /// <summary>Reads an object that is small by its kind; null where there is none.</summary>
    private static async Task<byte[]?> ReadSmallAsync(IObjectStore store, string name, CancellationToken cancel)
    {
        if (await store.FindAsync(name, cancel) is not { } length) return null;
        if (length > RootBytesMax) throw FormatReader.Damaged(name, $"it has {length} bytes");
        try { return await store.GetAsync(name, cancel); }
        catch (EngineException e) when (e.Fault == EngineFault.Missing) { return null; }
    }
}
