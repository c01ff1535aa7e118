using System.Buffers;
using System.Security.Cryptography;
using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>The packs of a repository: finds, reads, writes and deletes records. Thread-safe.</summary>
/// <remarks>
/// Deleting beside uploads rests on four rules. (1) A record is referred to only through <see cref="TryHold"/>, and a pack
/// is written only through <see cref="PutAsync"/>; both enter the pack into the upload's lease. (2) A sweep takes what it
/// will delete out of the index under the same lock, leaving alone what a lease holds; so nothing that is being deleted can
/// be found. (3) A put of a name that is being deleted waits for the deletion. Wrapped keys are held in the same way. (4) A lease that ends during a sweep counts
/// until the sweep's end, because the sweep may have read the snapshots' roots before that upload wrote its own.
/// </remarks>
internal sealed class PackStore(IObjectStore store, Guid repositoryId, RepositoryOptions options) : IDisposable
{
    private const int ReadBackBytes = 1 << 20, LoadsAtOnce = 8;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim sweeping = new(1), listing = new(1);   // listing: loading and deleting exclude each other
    private readonly PackIndex index = new(new IndexFiles(options.IndexFiles, options.IndexDirectory, repositoryId));
    private readonly SortedDictionary<string, EngineException> damaged = new(StringComparer.Ordinal);
    private readonly HashSet<ContentLease> leases = [];
    private readonly List<ContentLease> leasesEnded = [];
    private (HashSet<string>? Names, Task? Deleted) condemned;
    private bool isSweeping, isOpen;
    private int loadsWanted = 1, loadsDone;

    public IObjectStore Store => store;

    public Guid RepositoryId => repositoryId;

    /// <summary>Takes up the index that an earlier life left; no pack is looked for.</summary>
    public void Open()
    {
        lock (gate)
        {
            if (!isOpen) index.Open();
            isOpen = true;
        }
    }

    /// <summary>Makes the index agree with the store once, and again after <see cref="Forget"/>: reads the ends of packs that it does not know, and drops those that are gone.</summary>
    public async Task LoadAsync(CancellationToken cancel)
    {
        if (Volatile.Read(ref loadsDone) == Volatile.Read(ref loadsWanted)) return;
        await listing.WaitAsync(cancel);
        try
        {
            var wanted = Volatile.Read(ref loadsWanted);
            if (loadsDone == wanted) return;
            await LoadListedAsync(cancel);
            Volatile.Write(ref loadsDone, wanted);
        }
        finally { listing.Release(); }
    }

    /// <summary>Says that the store may hold packs that the index does not know.</summary>
    public void Forget() => Interlocked.Increment(ref loadsWanted);

    public ContentLease Lease()
    {
        var lease = new ContentLease(End);
        lock (gate) leases.Add(lease);
        return lease;
    }

    public void SetTree(ContentLease lease, ChunkId topPage)
    {
        lock (gate) lease.TopPage = topPage;
    }

    /// <summary>Where a record stands, rather in a pack that is not suspect, or null where the index knows of none.</summary>
    public PackLocation? Find(ChunkId id)
    {
        Open();
        lock (gate) return index.TryFind(id, out var location) ? location : null;
    }

    /// <summary>Whether a record is stored; if so it stays until the lease ends.</summary>
    public bool TryHold(ChunkId id, ContentLease lease)
    {
        lock (gate)
        {
            if (!index.TryFindSound(id, out var location)) return false;
            lease.Hold(location.Pack);
            return true;
        }
    }

    /// <summary>
    /// Where a record stands; packs that came from elsewhere are looked for before it is given up as <see cref="EngineFault.Corrupt"/>.
    /// A pack that turned out to be <paramref name="gone"/> is not believed in again.
    /// </summary>
    public async ValueTask<PackLocation> LocateAsync(ChunkId id, StoredPack? gone, CancellationToken cancel)
    {
        if (Find(id) is { } known && known.Pack != gone) return known;
        Forget();
        await LoadAsync(cancel);
        return Find(id) ?? throw new EngineException(EngineFault.Corrupt, Lost(id));
    }

    /// <summary>Keeps an object, which may or may not be there, until the lease ends; one that is being deleted is gone when this returns.</summary>
    public async Task HoldAsync(string objectName, ContentLease lease, CancellationToken cancel)
    {
        Task? deletion;
        lock (gate)
        {
            lease.Hold(objectName);
            deletion = condemned.Names?.Contains(objectName) == true ? condemned.Deleted : null;
        }
        if (deletion is not null) await deletion.WaitAsync(cancel);
    }

    /// <summary>Stores a pack, finds it in the store again (reading back that share of all packs), and makes its records known.</summary>
    public async Task PutAsync(Pack pack, ReadOnlyMemory<byte> content, double readBackShare, ContentLease lease, CancellationToken cancel)
    {
        await HoldAsync(pack.ObjectName, lease, cancel);
        await store.PutAsync(pack.ObjectName, content, cancel);
        try { await CheckAsync(pack.ObjectName, pack.Digest, pack.LengthBytes, isWhole: IsReadBack(pack.Digest, readBackShare), cancel); }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
        {
            Suspect(pack.ObjectName, pack.Digest, e);
            throw;
        }
        lock (gate)
        {
            damaged.Remove(pack.ObjectName);
            var stored = index.Add(pack);
            (stored.IsProven, stored.IsSuspect) = (true, false);
        }
    }

    /// <summary>Reads those packs of a lease back that no complete snapshot has proven and that were not read back before.</summary>
    public async Task ProveHeldAsync(ContentLease lease, CancellationToken cancel)
    {
        StoredPack[] unproven;
        lock (gate) unproven = [.. lease.Packs.Where(pack => !pack.IsProven)];
        foreach (var owned in unproven.GroupBy(pack => pack.Owner, StringComparer.Ordinal))
        {
            if (owned.Key.Length > 0 && await store.FindAsync(SnapshotRoot.ObjectName(owned.Key), cancel) is not null) continue;
            foreach (var pack in owned) await ProveAsync(pack, cancel);
        }
    }

    /// <summary>
    /// Reads a pack as a whole and compares it with its name. One that is not what it should be is <see cref="EngineFault.Corrupt"/>
    /// and suspect from then on: what can be read of it is read, but uploads refer to nothing in it and store it anew.
    /// </summary>
    public async Task ProveAsync(StoredPack pack, CancellationToken cancel)
    {
        try { await CheckAsync(pack.ObjectName, pack.Digest, pack.LengthBytes, isWhole: true, cancel); }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
        {
            Suspect(pack.ObjectName, pack.Digest, e);
            throw;
        }
        lock (gate) (pack.IsProven, pack.IsSuspect) = (true, false);
    }

    /// <summary>Keeps what is known of the packs for the next life.</summary>
    public void Save()
    {
        lock (gate)
        {
            if (isOpen) index.Save();
        }
    }

    /// <summary>Begins to mark what is live of all that is there now.</summary>
    public Marks BeginMarks()
    {
        lock (gate) return new Marks(index.Numbers, index.Records);
    }

    /// <summary>A pack by its object, or null.</summary>
    public StoredPack? Get(string objectName)
    {
        lock (gate) return Pack.TryParse(objectName, out _, out var digest) && index.TryGet(digest, out var pack) ? pack : null;
    }

    /// <summary>The packs that are there, and the ends of packs that could not be read, by object.</summary>
    public (StoredPack[] Packs, KeyValuePair<string, EngineException>[] Damaged) Known()
    {
        lock (gate) return ([.. index.Packs], [.. damaged]);
    }

    /// <summary>Closes the index.</summary>
    public void Dispose()
    {
        index.Dispose();
        sweeping.Dispose();
        listing.Dispose();
    }

    /// <summary>The size of the packs that were written for a snapshot.</summary>
    public long OwnedBytes(string snapshotId)
    {
        lock (gate) return index.Packs.Where(pack => pack.Owner == snapshotId).Sum(pack => pack.LengthBytes);
    }

    /// <summary>Begins a sweep, of which there is one at a time. Leases that end meanwhile count until its disposal.</summary>
    public async Task<IDisposable> BeginSweepAsync(CancellationToken cancel)
    {
        await sweeping.WaitAsync(cancel);
        lock (gate) isSweeping = true;
        return new SweepEnd(this);
    }

    /// <summary>The trees that uploads and restores under way rely on. In a sweep to be read after the list of snapshots.</summary>
    public IReadOnlyCollection<ChunkId> LeasedTrees()
    {
        lock (gate) return [.. leases.Select(lease => lease.TopPage).Where(id => !id.IsNone)];
    }

    /// <summary>Whether a lease names an object.</summary>
    public bool IsHeld(string objectName)
    {
        lock (gate) return IsLeased(objectName);
    }

    /// <summary>Deletes packs and wrapped keys, except those that a lease names. Returns which are gone.</summary>
    public async Task<IReadOnlyList<string>> DeleteAsync(IEnumerable<string> objectNames, CancellationToken cancel)
    {
        await listing.WaitAsync(cancel);
        var deleted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            string[] chosen;
            lock (gate)
            {
                chosen = [.. objectNames.Where(name => !IsLeased(name))];
                foreach (var name in chosen)
                {
                    if (Pack.TryParse(name, out _, out var digest) && index.TryGet(digest, out var pack)) index.Remove(pack);
                }
                condemned = (chosen.ToHashSet(StringComparer.Ordinal), deleted.Task);
            }
            foreach (var name in chosen) await store.DeleteAsync(name, cancel);
            return chosen;
        }
        catch
        {
            Forget();   // What is still there must be found again.
            throw;
        }
        finally
        {
            lock (gate) condemned = default;
            deleted.SetResult();
            listing.Release();
        }
    }

    private bool IsLeased(string objectName)
    {
        var pack = Pack.TryParse(objectName, out _, out var digest) && index.TryGet(digest, out var known) ? known : null;
        return leases.Any(lease => lease.Holds(objectName) || (pack is not null && lease.Holds(pack)));
    }

    private void End(ContentLease lease)
    {
        lock (gate)
        {
            if (isSweeping) leasesEnded.Add(lease);
            else leases.Remove(lease);
        }
    }

    private void EndSweep()
    {
        lock (gate)
        {
            isSweeping = false;
            leases.ExceptWith(leasesEnded);
            leasesEnded.Clear();
        }
        sweeping.Release();
    }

    private async Task LoadListedAsync(CancellationToken cancel)
    {
        Open();
        int before;
        lock (gate) before = index.Numbers;
        var unknown = new List<StoredObject>();
        var seen = new BitSet(before);
        foreach (var prefix in (string[])[Pack.ChunksPrefix, Pack.PagesPrefix])
        {
            await foreach (var found in store.ListAsync(prefix, cancel))
            {
                lock (gate)
                {
                    if (!Pack.TryParse(found.Name, out _, out var digest)) damaged[found.Name] = FormatReader.Damaged(found.Name, "its name is not that of a pack");
                    else if (!index.TryGet(digest, out var known)) unknown.Add(found);
                    else if (known.Number < before) seen.Add(known.Number);
                }
            }
        }
        lock (gate)
        {
            foreach (var found in unknown) damaged.Remove(found.Name);
        }
        await DropGoneAsync(pack => pack.Number < before && !seen.Contains(pack.Number), cancel);
        await Parallel.ForEachAsync(unknown, new ParallelOptions { MaxDegreeOfParallelism = LoadsAtOnce, CancellationToken = cancel }, async (found, cancel) =>
        {
            try
            {
                var pack = await Pack.LoadAsync(store, found, repositoryId, cancel);
                lock (gate) index.Add(pack);
            }
            catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
            {
                // One damaged pack must not hide the others. It is named as soon as one of its records is asked for.
                lock (gate) damaged[found.Name] = e;
            }
        });
        Save();
    }

    // What was known before a listing began and is not in it is gone, unless the listing lags behind.
    private async Task DropGoneAsync(Func<StoredPack, bool> isMissing, CancellationToken cancel)
    {
        StoredPack[] missing;
        lock (gate) missing = [.. index.Packs.Where(isMissing)];
        foreach (var pack in missing)
        {
            if (await store.FindAsync(pack.ObjectName, cancel) is not null) continue;
            lock (gate) index.Remove(pack);
        }
    }

    // By what the pack is, not by chance: the same share of the same packs at each attempt.
    private static bool IsReadBack(ChunkId digest, double share) => (uint)digest.GetHashCode() <= share * uint.MaxValue;

    private async Task CheckAsync(string objectName, ChunkId expected, long lengthBytes, bool isWhole, CancellationToken cancel)
    {
        if (await store.FindAsync(objectName, cancel) is not { } length) throw FormatReader.Damaged(objectName, "the store does not have it");
        if (length != lengthBytes) throw FormatReader.Damaged(objectName, $"it has {length} bytes instead of {lengthBytes}");
        if (!isWhole) return;
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = ArrayPool<byte>.Shared.Rent(ReadBackBytes);
        try
        {
            for (var offset = 0L; offset < lengthBytes; offset += ReadBackBytes)
            {
                var part = piece.AsMemory(0, (int)Math.Min(ReadBackBytes, lengthBytes - offset));
                await store.GetRangeAsync(objectName, offset, part, cancel);
                digest.AppendData(part.Span);
            }
        }
        finally { ArrayPool<byte>.Shared.Return(piece); }
        if (new ChunkId(digest.GetHashAndReset()) != expected) throw FormatReader.Damaged(objectName, "read back, its SHA-256 is not the one in its name");
    }

    private void Suspect(string objectName, ChunkId digest, EngineException damage)
    {
        lock (gate)
        {
            if (index.TryGet(digest, out var pack)) (pack.IsSuspect, pack.IsProven) = (true, false);
            damaged[objectName] = damage;
        }
    }

    private string Lost(ChunkId id)
    {
        lock (gate)
        {
            return damaged.Count == 0
                ? $"The repository {repositoryId} has lost the record {id}: no pack holds it. Restore the deleted object in the store, if it can be."
                : $"The repository {repositoryId} cannot find the record {id}; it may stand in what is damaged: {string.Join(" ", damaged.Values.Take(3).Select(e => e.Message))}";
        }
    }

    private sealed class SweepEnd(PackStore store) : IDisposable
    {
        public void Dispose() => store.EndSweep();
    }
}
