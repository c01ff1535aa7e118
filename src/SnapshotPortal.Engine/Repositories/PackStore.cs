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
#pragma warning disable CA1001 // A SemaphoreSlim whose wait handle is never asked for holds nothing to dispose of.
internal sealed class PackStore(IObjectStore store, Guid repositoryId)
#pragma warning restore CA1001
{
    private const int ReadBackBytes = 1 << 20, LoadsAtOnce = 8;

    private readonly Lock gate = new();
    private readonly SemaphoreSlim sweeping = new(1), listing = new(1);   // listing: loading and deleting exclude each other
    private readonly PackIndex index = new();
    private readonly SortedDictionary<string, EngineException> damaged = new(StringComparer.Ordinal);
    private readonly HashSet<string> proven = new(StringComparer.Ordinal), distrusted = new(StringComparer.Ordinal);
    private readonly HashSet<ContentLease> leases = [];
    private readonly List<ContentLease> leasesEnded = [];
    private (HashSet<string>? Names, Task? Deleted) condemned;
    private bool isSweeping;
    private int loadsWanted = 1, loadsDone;

    public IObjectStore Store => store;

    public Guid RepositoryId => repositoryId;

    /// <summary>Reads the ends of all packs once; again after <see cref="Forget"/>, then only of those that are new.</summary>
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

    /// <summary>Where a record stands, or null where the index knows of none.</summary>
    public PackLocation? Find(ChunkId id)
    {
        lock (gate) return index.TryFind(id, out var location) ? location : null;
    }

    /// <summary>Whether a record is stored; if so it stays until the lease ends.</summary>
    public bool TryHold(ChunkId id, ContentLease lease)
    {
        lock (gate)
        {
            if (!index.TryFind(id, out var location)) return false;
            lease.Hold(location.Pack.ObjectName);
            return true;
        }
    }

    /// <summary>Where a record stands; packs that came from elsewhere are looked for before it is given up as <see cref="EngineFault.Corrupt"/>.</summary>
    public async ValueTask<PackLocation> LocateAsync(ChunkId id, CancellationToken cancel)
    {
        await LoadAsync(cancel);
        if (Find(id) is { } known) return known;
        Forget();
        await LoadAsync(cancel);
        return Find(id) ?? throw new EngineException(EngineFault.Corrupt, Lost(id));
    }

    /// <summary>Reads a record and checks it against its id. <paramref name="plain"/> has its plain length.</summary>
    public async Task ReadAsync(PackLocation location, RecordCoding coding, Memory<byte> plain, CancellationToken cancel)
    {
        var stored = new byte[location.Record.StoredLength];
        await store.GetRangeAsync(location.Pack.ObjectName, location.Record.OffsetBytes, stored, cancel);
        Decode(location, coding, stored, plain.Span);
    }

    /// <summary>Turns stored bytes, which are spoilt by it, into plain ones; damage is named by its pack and place.</summary>
    public static void Decode(PackLocation location, RecordCoding coding, Span<byte> stored, Span<byte> plain)
    {
        var record = location.Record;
        if (coding.KeyId != location.Pack.KeyId || !coding.TryDecode(location.Pack.Kind, record, stored, plain))
            throw FormatReader.Damaged(location.Pack.ObjectName, $"the record of {record.StoredLength} bytes at byte {record.OffsetBytes} is not {record.Id}");
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

    /// <summary>Stores a pack, finds it in the store again, and makes its records known.</summary>
    public async Task PutAsync(Pack pack, ReadOnlyMemory<byte> content, ContentLease lease, CancellationToken cancel)
    {
        await HoldAsync(pack.ObjectName, lease, cancel);
        await store.PutAsync(pack.ObjectName, content, cancel);
        await ProveAsync(pack, cancel);
        lock (gate)
        {
            damaged.Remove(pack.ObjectName);
            distrusted.Remove(pack.ObjectName);
            index.Add(pack);
        }
    }

    /// <summary>Reads those packs of a lease back that no complete snapshot has proven and that were not read back before.</summary>
    public async Task ProveHeldAsync(ContentLease lease, CancellationToken cancel)
    {
        Pack[] unproven;
        lock (gate) unproven = [.. index.Packs.Where(pack => lease.Holds(pack.ObjectName) && !proven.Contains(pack.ObjectName))];
        foreach (var owned in unproven.GroupBy(pack => pack.Owner, StringComparer.Ordinal))
        {
            if (owned.Key.Length > 0 && await store.FindAsync(SnapshotRoot.ObjectName(owned.Key), cancel) is not null) continue;
            foreach (var pack in owned) await ProveAsync(pack, cancel);
        }
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

    /// <summary>All packs that can be read, and those of them that are neither live nor named by a lease.</summary>
    public (IReadOnlyCollection<Pack> All, IReadOnlyCollection<Pack> Unreferenced) Divide(Func<Pack, bool> isLive)
    {
        lock (gate)
        {
            var all = index.Packs;
            return (all, [.. all.Where(pack => !isLive(pack) && !IsLeased(pack.ObjectName))]);
        }
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
                chosen = [.. objectNames.Where(name => !IsLeased(name) && (index.Contains(name) || name.StartsWith(RepositoryKeys.Prefix, StringComparison.Ordinal)))];
                index.Remove(chosen);
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

    private bool IsLeased(string objectName) => leases.Any(lease => lease.Holds(objectName));

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
        var unknown = new List<StoredObject>();
        foreach (var prefix in (string[])[Pack.ChunksPrefix, Pack.PagesPrefix])
        {
            await foreach (var found in store.ListAsync(prefix, cancel))
            {
                lock (gate)
                {
                    if (!index.Contains(found.Name) && !distrusted.Contains(found.Name)) unknown.Add(found);
                }
            }
        }
        lock (gate)
        {
            foreach (var name in damaged.Keys.Where(name => !distrusted.Contains(name)).ToArray()) damaged.Remove(name);
        }
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
    }

    private async Task ProveAsync(Pack pack, CancellationToken cancel)
    {
        if (await store.FindAsync(pack.ObjectName, cancel) != pack.LengthBytes) throw Distrust(pack, "the store holds it with another size than was put");
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = new byte[Math.Min(ReadBackBytes, pack.LengthBytes)];
        for (var offset = 0L; offset < pack.LengthBytes; offset += piece.Length)
        {
            var part = piece.AsMemory(0, (int)Math.Min(piece.Length, pack.LengthBytes - offset));
            await store.GetRangeAsync(pack.ObjectName, offset, part, cancel);
            digest.AppendData(part.Span);
        }
        if (Convert.ToHexStringLower(digest.GetHashAndReset()) != Pack.DigestOf(pack.ObjectName)) throw Distrust(pack, "read back, its SHA-256 is not the one in its name");
        lock (gate) proven.Add(pack.ObjectName);
    }

    // What did not come back as it was put is not used again in this life: the next attempt stores its records anew.
    private EngineException Distrust(Pack pack, string how)
    {
        var damage = FormatReader.Damaged(pack.ObjectName, how);
        lock (gate)
        {
            index.Remove([pack.ObjectName]);
            distrusted.Add(pack.ObjectName);
            damaged[pack.ObjectName] = damage;
        }
        return damage;
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
