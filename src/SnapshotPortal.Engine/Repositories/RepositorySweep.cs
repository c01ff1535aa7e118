using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>
/// Gives back what nothing refers to: deletes packs that are dead, and writes what is left of mostly dead ones into new packs.
/// Plan, then execute; what is live is found anew for the execution, since snapshots may have been stored since the plan.
/// </summary>
/// <remarks>
/// What must stay true at every moment, so that a kill is harmless: every record that a root, a lease or a tree under way refers
/// to stands in a pack that is there. So: nothing is deleted while any root or page cannot be read (except where its key is
/// not at hand: then everything under that key stays); of a record in several packs, the copy that the index finds is the live one, and
/// a pack with another copy is deleted only after that one's was read and found whole, for the other may have been stored
/// because it is not; packs go last. An execution that was cut short leaves copies, which the next one finds dead on
/// one side or the other.
/// A bucket whose listing lags behind would hide roots. So the roots that this process has stored, and those of the snapshots
/// that dead packs were written for, are asked for by name where the listing lacks them.
/// Memory is two bits for each record of the repository and a number for each pack.
/// </remarks>
internal sealed class RepositorySweep(
    PackStore packs,
    RepositoryKeys keys,
    ManifestTree tree,
    RepositoryOptions options,
    Func<CancellationToken, IAsyncEnumerable<SnapshotRoot>> roots,
    Func<string, CancellationToken, Task<SnapshotRoot?>> findRoot,
    Func<ICollection<string>> storedHere)
{
    private readonly HashSet<StoredPack> proven = [];   // by the execution that runs; there is one at a time

    public async Task<SweepPlan> PlanAsync(CancellationToken cancel)
    {
        using var sweep = await packs.BeginSweepAsync(cancel);
        return (await FindAsync(cancel)).Plan;
    }

    public async Task<SweepPlan> ExecuteAsync(SweepPlan plan, CancellationToken cancel)
    {
        using var sweep = await packs.BeginSweepAsync(cancel);
        var (current, marks) = await FindAsync(cancel);
        var planned = plan.Objects.Select(o => o.Name).Concat(plan.Rewritten.Select(r => r.Name)).ToHashSet(StringComparer.Ordinal);
        using var lease = packs.Lease();
        proven.Clear();
        var dead = await WithoutOnlyCopiesAsync(current.Objects.Where(o => planned.Contains(o.Name)), marks, cancel);
        var rewritten = await RewriteAsync([.. current.Rewritten.Where(r => planned.Contains(r.Name))], marks, lease, cancel);
        var deleted = (await packs.DeleteAsync(dead.Concat(rewritten.Select(r => r.Name)), cancel)).ToHashSet(StringComparer.Ordinal);
        packs.Save();
        return current with { Objects = [.. current.Objects.Where(o => deleted.Contains(o.Name))], Rewritten = [.. rewritten.Where(r => deleted.Contains(r.Name))] };
    }

    private async Task<(SweepPlan Plan, Marks Marks)> FindAsync(CancellationToken cancel)
    {
        packs.Forget();   // packs that an earlier life left half way are garbage, too
        await packs.LoadAsync(cancel);
        var marks = packs.BeginMarks();
        var storedKeys = await ListKeysAsync(cancel);
        var trees = new List<ChunkId>();
        HashSet<Guid> usedKeys = [], unavailable = [];
        var seen = new HashSet<string>(StringComparer.Ordinal) { "" };
        await foreach (var root in roots(cancel)) await TakeAsync(root);
        foreach (var id in storedHere().Where(seen.Add).ToArray()) await TakeAsync(await findRoot(id, cancel));
        trees.AddRange(packs.LeasedTrees());
        tree.Forget();
        foreach (var top in trees) await MarkAsync(top, ManifestPage.Levels - 1, marks, cancel);
        trees.Clear();
        foreach (var id in packs.Known().Packs.Where(pack => marks.Covers(pack) && marks.LiveBytes(pack) == 0).Select(pack => pack.Owner).Where(seen.Add).ToArray()) await TakeAsync(await findRoot(id, cancel));
        foreach (var top in trees) await MarkAsync(top, ManifestPage.Levels - 1, marks, cancel);

        async Task TakeAsync(SnapshotRoot? root)
        {
            if (root is null) return;
            seen.Add(root.Info.SnapshotId);
            usedKeys.Add(root.KeyId);
            if (await keys.IsAvailableAsync(root.KeyId, cancel)) trees.Add(root.TopPage);
            else unavailable.Add(root.KeyId);
        }

        var known = packs.Known().Packs.Where(marks.Covers).ToArray();
        var free = known.Where(pack => !unavailable.Contains(pack.KeyId) && !packs.IsHeld(pack.ObjectName)).ToArray();
        var dead = free.Where(pack => marks.LiveBytes(pack) == 0).ToArray();
        var rewritten = free.Where(pack => marks.LiveBytes(pack) > 0 && marks.DeadBytes(pack) >= options.RepackDeadShare * Marks.RecordBytes(pack) && marks.DeadBytes(pack) > 0).ToArray();
        // A copy may be the only one from here on: it counts once it has been read back.
        foreach (var pack in known.Where(pack => pack.Owner.Length == 0 && !pack.IsProven && marks.LiveBytes(pack) > 0)) await packs.ProveAsync(pack, cancel);

        var garbage = dead.Select(pack => new StoredObject(pack.ObjectName, pack.LengthBytes))
            .Concat(storedKeys.Where(key => !usedKeys.Any(used => RepositoryKeys.ObjectName(used) == key.Name) && !packs.IsHeld(key.Name)));
        var plan = new SweepPlan(
            [.. garbage.OrderBy(o => o.Name, StringComparer.Ordinal)],
            [.. rewritten.Select(pack => new RewrittenPack(pack.ObjectName, pack.LengthBytes, marks.LiveBytes(pack))).OrderBy(r => r.Name, StringComparer.Ordinal)],
            known.Length - dead.Length,
            known.Sum(pack => (long)pack.LengthBytes) - dead.Sum(pack => (long)pack.LengthBytes));
        return (plan, marks);
    }

    // Before the roots are read: a key that an upload adds behind this listing is not looked at.
    private async Task<List<StoredObject>> ListKeysAsync(CancellationToken cancel)
    {
        var found = new List<StoredObject>();
        await foreach (var key in packs.Store.ListAsync(RepositoryKeys.Prefix, cancel)) found.Add(key);
        return found;
    }

    // Pages are shared between snapshots, so each is walked once: the cost follows distinct pages, not snapshots.
    private async Task MarkAsync(ChunkId id, int level, Marks marks, CancellationToken cancel)
    {
        if (id.IsNone || !marks.AddWalked(await packs.LocateAsync(id, null, cancel))) return;
        var page = await tree.LoadAsync(id, level, cancel);
        if (page.Base is not null) marks.Add(await packs.LocateAsync(page.BaseId, null, cancel));
        foreach (var child in page.Ids)
        {
            if (level > 0) await MarkAsync(child, level - 1, marks, cancel);
            // A chunk that is lost holds no pack, and what is damaged is never deleted.
            else if (packs.Find(child) is { } location) marks.Add(location);
        }
    }

    /// <summary>Of what is dead, all but the packs that hold a record of which the live copy is not good, and those that cannot be read.</summary>
    private async Task<List<string>> WithoutOnlyCopiesAsync(IEnumerable<StoredObject> dead, Marks marks, CancellationToken cancel)
    {
        var names = new List<string>();
        foreach (var found in dead)
        {
            try
            {
                if (packs.Get(found.Name) is null || await HasGoodCopiesElsewhereAsync(await Pack.LoadAsync(packs.Store, found, packs.RepositoryId, cancel), marks, cancel)) names.Add(found.Name);
            }
            catch (EngineException e) when (e.Fault == EngineFault.Corrupt) { }   // named by every verification; what it may hold is not known
        }
        return names;
    }

    private async Task<bool> HasGoodCopiesElsewhereAsync(Pack pack, Marks marks, CancellationToken cancel)
    {
        foreach (var entry in pack.Entries)
        {
            if (packs.Find(entry.Id) is not { } location || location.Pack.Digest == pack.Digest || !marks.Contains(location.Pack, location.Entry) || !proven.Add(location.Pack)) continue;
            try { await packs.ProveAsync(location.Pack, cancel); }
            catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
            {
                proven.Remove(location.Pack);
                return false;
            }
        }
        return true;
    }

    /// <summary>Copies the live records of packs, as they are stored, into new packs. Returns the packs of which everything was copied.</summary>
    private async Task<List<RewrittenPack>> RewriteAsync(IReadOnlyList<RewrittenPack> chosen, Marks marks, ContentLease lease, CancellationToken cancel)
    {
        var done = new List<RewrittenPack>();
        var streams = new Dictionary<(PackKind, Guid), PackStream>();
        try
        {
            foreach (var rewritten in chosen)
            {
                var content = await packs.Store.GetAsync(rewritten.Name, cancel);
                // A damaged pack stays as it is: what can still be read of it must not be lost, what cannot must not be copied.
                if (packs.Get(rewritten.Name) is not { } stored || ChunkId.Of(content) != stored.Digest) continue;
                var pack = Pack.Decode(new StoredObject(rewritten.Name, content.Length), packs.RepositoryId, Pack.TailOf(content));
                if (!await HasGoodCopiesElsewhereAsync(pack, marks, cancel)) continue;
                if (!streams.TryGetValue((pack.Kind, pack.KeyId), out var stream))
                    streams.Add((pack.Kind, pack.KeyId), stream = new PackStream(packs, pack.Kind, "", pack.KeyId, options.PackBytes, readBackShare: 1, lease));
                for (var i = 0; i < pack.Entries.Length; i++)
                {
                    var entry = pack.Entries[i];
                    if (!marks.Contains(stored, i)) continue;
                    await stream.AppendAsync(entry.Id, entry.PlainLength, entry.Codec, content.AsMemory(entry.OffsetBytes, entry.StoredLength), cancel);
                }
                done.Add(rewritten);
            }
            foreach (var stream in streams.Values) await stream.FlushAsync(cancel);
            return done;
        }
        finally
        {
            foreach (var stream in streams.Values) await stream.SettleAsync();
        }
    }
}
