using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>The stored snapshots of a region in one object store (docs/format-repository.md).</summary>
/// <remarks>Thread-safe. One process changes a store at a time.</remarks>
public sealed class Repository : IDisposable
{
    internal const int FormatVersion = 1;

    private const int RootBytesMax = 64 * 1024, RootsAtOnce = 16;

    private readonly IObjectStore store;
    private readonly RepositoryOptions options;
    private readonly PackStore packs;
    private readonly RepositoryKeys keys;
    private readonly RecordReader reader;
    private readonly ManifestTree tree;
    private readonly RepositorySweep sweep;
    private readonly ConcurrentDictionary<string, bool> uploading = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> stored = new(StringComparer.Ordinal);   // by this process, and not deleted by it

    private Repository(IObjectStore store, RepositoryOptions options, Guid id)
    {
        (this.store, this.options, Id) = (store, options, id);
        packs = new PackStore(store, id, options);
        keys = new RepositoryKeys(packs, options.Keys);
        reader = new RecordReader(packs, keys);
        tree = new ManifestTree(reader);
        sweep = new RepositorySweep(packs, keys, tree, options, RootsAsync, FindRootAsync, () => stored.Keys);
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
            return await StoreAsync(upload, lease, progress, cancel);
        }
        catch
        {
            packs.Forget();   // A pack may have arrived although its put failed.
            throw;
        }
        finally
        {
            uploading.TryRemove(upload.SnapshotId, out _);
            packs.Save();
        }
    }

    /// <summary>Opens a snapshot's content for reading; <see cref="EngineFault.Missing"/> where there is none of that id.</summary>
    public async Task<StoredSnapshot> OpenSnapshotAsync(string snapshotId, CancellationToken cancel)
    {
        var root = await RequireRootAsync(snapshotId, cancel);
        await ProveAsync(root, cancel);
        return new StoredSnapshot(reader, tree, root);
    }

    /// <summary>
    /// Writes a snapshot's content to the beginning of a device, which must be at least as long, and flushes it. Zeroes
    /// are written only where the device holds something else.
    /// </summary>
    /// <exception cref="EngineException"><see cref="EngineFault.Missing"/>; what the store and the target throw.</exception>
    public Task RestoreAsync(string snapshotId, IBlockDevice target, IProgress<RestoreProgress>? progress, CancellationToken cancel) =>
        RestoreAsync(snapshotId, target, [], progress, cancel);

    /// <summary>
    /// The same without some ranges, which the target keeps as they are: what a verification found damaged. They are widened to
    /// whole chunks.
    /// </summary>
    /// <exception cref="EngineException"><see cref="EngineFault.Missing"/>; what the store and the target throw.</exception>
    public async Task RestoreAsync(string snapshotId, IBlockDevice target, IEnumerable<DamagedRange> without, IProgress<RestoreProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(target);
        using var lease = packs.Lease();
        var root = await LeaseTreeAsync(lease, snapshotId, cancel);
        if (target.LengthBytes < root.Info.LengthBytes)
            throw new ArgumentException($"The target has {target.LengthBytes} bytes, but the snapshot '{snapshotId}' has {root.Info.LengthBytes}.", nameof(target));
        var left = ChangedChunks.From(without.OrderBy(range => range.OffsetBytes).Select(range => new Extent(range.OffsetBytes, range.LengthBytes, ExtentKind.Data)), root.Info.LengthBytes, gapsAreZero: false);
        await new SnapshotRestore(reader, tree, root, target, [.. left], options, progress).RunAsync(cancel);
    }

    /// <summary>
    /// Looks for damage: of every object of a snapshot, or of the repository, and in what manifests name. Needs the keys for the
    /// latter only. Returns what was found; damage is not thrown.
    /// </summary>
    /// <exception cref="EngineException"><see cref="EngineFault.Missing"/> where there is no such snapshot; <see cref="EngineFault.StoreUnavailable"/>; <see cref="EngineFault.Io"/>.</exception>
    public async Task<VerifyResult> VerifyAsync(VerifyRequest request, IProgress<VerifyProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.SnapshotId is { } id) SnapshotRoot.CheckId(id);
        var roots = new List<(StoredObject, SnapshotRoot?, EngineException?)>();
        await foreach (var found in RootObjectsAsync(cancel))
        {
            if (request.SnapshotId is null || found.Object.Name == SnapshotRoot.ObjectName(request.SnapshotId)) roots.Add(found);
        }
        if (request.SnapshotId is not null && roots.Count == 0) throw Missing(request.SnapshotId);
        using var lease = packs.Lease();
        return await new RepositoryVerify(packs, keys, tree, reader, options, request, progress).RunAsync(roots, request.SnapshotId is null, cancel);
    }

    /// <summary>
    /// Copies a snapshot to another repository, in the clear or under any key. Where the other has the snapshot's predecessor, or one
    /// that <see cref="SnapshotCopy.PredecessorId"/> names, under the same key and this repository still has it, too, only what differs is
    /// read and sent. Repeatable like an upload: after a failure or a kill the same call takes up what was stored.
    /// </summary>
    /// <exception cref="EngineException">What <see cref="OpenSnapshotAsync"/> throws here and <see cref="UploadAsync"/> there.</exception>
    public async Task<StoredSnapshotInfo> CopyAsync(SnapshotCopy copy, Repository target, IProgress<UploadProgress>? progress, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(copy);
        ArgumentNullException.ThrowIfNull(target);
        using var lease = packs.Lease();
        await LeaseTreeAsync(lease, copy.SnapshotId, cancel);
        var source = await OpenSnapshotAsync(copy.SnapshotId, cancel);
        var targetId = copy.TargetSnapshotId ?? copy.SnapshotId;
        if (await target.FindAsync(targetId, cancel) is { } done)
            return done.DiskId == source.Info.DiskId && done.LengthBytes == source.LengthBytes && done.KeyId == copy.Key?.Id ? done : throw UploadRun.Differs(targetId);
        var predecessor = await PredecessorAsync(copy, source.Info, target, cancel);
        var upload = new SnapshotUpload
        {
            SnapshotId = targetId,
            DiskId = source.Info.DiskId,
            Source = source,
            Changed = predecessor is { } common ? source.ChangedSince(common.Here) : source.Extents(0, source.LengthBytes).Where(extent => extent.Kind == ExtentKind.Data),
            PredecessorId = predecessor?.ThereId,
            Key = copy.Key,
            Labels = copy.Labels ?? source.Info.Labels,
        };
        return await target.UploadAsync(upload, progress, cancel);
    }

    /// <summary>A snapshot that both repositories have, and that the copy may build upon.</summary>
    private async Task<(StoredSnapshot Here, string ThereId)?> PredecessorAsync(SnapshotCopy copy, StoredSnapshotInfo source, Repository target, CancellationToken cancel)
    {
        if (copy.PredecessorId is not { } named) return source.PredecessorId is { } own ? await CommonAsync(own, own) : null;
        return await CommonAsync(named.Here, named.There);

        async Task<(StoredSnapshot, string)?> CommonAsync(string here, string there) =>
            await FindAsync(here, cancel) is { } known && known.LengthBytes <= source.LengthBytes
            && await target.FindAsync(there, cancel) is { } copied && copied.LengthBytes == known.LengthBytes && copied.KeyId == copy.Key?.Id && copied.DiskId == known.DiskId
                ? (await OpenSnapshotAsync(here, cancel), there)
                : null;
    }

    /// <summary>Deletes a snapshot at once, whatever was uploaded on top of it; nothing happens where there is none. A sweep gives the space back.</summary>
    public Task DeleteAsync(string snapshotId, CancellationToken cancel)
    {
        SnapshotRoot.CheckId(snapshotId);
        stored.TryRemove(snapshotId, out _);
        return store.DeleteAsync(SnapshotRoot.ObjectName(snapshotId), cancel);
    }

    /// <summary>A stored key, wrapped, or null where there is none of that id; <see cref="EngineFault.Corrupt"/> where it is damaged.</summary>
    public Task<Crypto.WrappedKey?> FindKeyAsync(Guid keyId, CancellationToken cancel) => keys.FindAsync(RepositoryKeys.ObjectName(keyId), cancel);

    /// <summary>How much is stored. After the first time, which lists the store, it costs nothing.</summary>
    /// <exception cref="EngineException"><see cref="EngineFault.StoreUnavailable"/>; <see cref="EngineFault.Io"/>.</exception>
    public async Task<RepositorySize> MeasureAsync(CancellationToken cancel)
    {
        await packs.LoadAsync(cancel);
        var known = packs.Known().Packs;
        return new(known.Length, known.Sum(pack => (long)pack.LengthBytes));
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

    /// <summary>Closes what is open of the index. The store is the caller's.</summary>
    public void Dispose() => packs.Dispose();

    /// <summary>What takes up the store, and which snapshot has which part of it. Reads and writes go on beside it; a sweep waits.</summary>
    /// <remarks>The cost follows the distinct pages of all manifests. Damage does not end it: what it hides is told among <see cref="RepositorySpace.OtherBytes"/>.</remarks>
    /// <exception cref="EngineException"><see cref="EngineFault.StoreUnavailable"/>; <see cref="EngineFault.Io"/>.</exception>
    public Task<RepositorySpace> MeasureSpaceAsync(CancellationToken cancel) => new RepositoryMeasurement(packs, keys, tree, ReadableRootsAsync).RunAsync(cancel);

    /// <summary>Finds the objects that nothing refers to.</summary>
    /// <exception cref="EngineException"><see cref="EngineFault.Corrupt"/> while a snapshot's root or manifest cannot be read: what it refers to is unknown then.</exception>
    public Task<SweepPlan> PlanSweepAsync(CancellationToken cancel) => sweep.PlanAsync(cancel);

    /// <summary>
    /// Deletes what a plan names, except what came into use since. Safe beside uploads and restores of this process, and
    /// repeatable after a kill. Returns what was deleted.
    /// </summary>
    public Task<SweepPlan> ExecuteAsync(SweepPlan plan, CancellationToken cancel) => sweep.ExecuteAsync(plan, cancel);

    private async Task<StoredSnapshotInfo> StoreAsync(SnapshotUpload upload, ContentLease lease, IProgress<UploadProgress>? progress, CancellationToken cancel)
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
        stored.TryAdd(root.Info.SnapshotId, true);
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

    private async IAsyncEnumerable<SnapshotRoot> ReadableRootsAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var (_, root, _) in RootObjectsAsync(cancel))
        {
            if (root is not null) yield return root;
        }
    }

    private async IAsyncEnumerable<SnapshotRoot> RootsAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        var damaged = new List<EngineException>();
        await foreach (var (_, root, damage) in RootObjectsAsync(cancel))
        {
            if (root is not null) yield return root;
            else damaged.Add(damage!);
        }
        if (damaged.Count > 0) throw new EngineException(EngineFault.Corrupt, string.Join(" ", damaged.Select(e => e.Message)), damaged[0]);
    }

    private async IAsyncEnumerable<(StoredObject Object, SnapshotRoot? Root, EngineException? Damage)> RootObjectsAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        // In the order of the listing, several on their way at a time: a bucket may be far away.
        var reading = new Queue<Task<(StoredObject, SnapshotRoot? Root, EngineException? Damage)>>();
        await foreach (var found in store.ListAsync(SnapshotRoot.Prefix, cancel))
        {
            reading.Enqueue(ReadRootAsync(found, cancel));
            if (reading.Count == RootsAtOnce && await reading.Dequeue() is { } read && (read.Root ?? (object?)read.Damage) is not null) yield return read;
        }
        while (reading.TryDequeue(out var next))
        {
            if (await next is { } read && (read.Root ?? (object?)read.Damage) is not null) yield return read;
        }
    }

    /// <summary>A listed root, or its damage, or neither where it was deleted since.</summary>
    private async Task<(StoredObject, SnapshotRoot? Root, EngineException? Damage)> ReadRootAsync(StoredObject found, CancellationToken cancel)
    {
        try
        {
            if (found.LengthBytes > RootBytesMax) throw FormatReader.Damaged(found.Name, $"it has {found.LengthBytes} bytes");
            return (found, SnapshotRoot.Decode(found.Name, Id, await store.GetAsync(found.Name, cancel)), null);
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt) { return (found, null, e); }
        catch (EngineException e) when (e.Fault == EngineFault.Missing) { return (found, null, null); }
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
