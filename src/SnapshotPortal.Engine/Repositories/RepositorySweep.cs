using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>
/// Finds packs that nothing refers to, and deletes them: plan, then execute. What is live is found anew for the execution,
/// since snapshots may have been stored since the plan. Nothing is deleted while any root or manifest page cannot be read.
/// </summary>
internal sealed class RepositorySweep(PackStore packs, RepositoryKeys keys, ManifestTree tree, Func<CancellationToken, IAsyncEnumerable<SnapshotRoot>> roots)
{
    public async Task<SweepPlan> PlanAsync(CancellationToken cancel)
    {
        using var sweep = await packs.BeginSweepAsync(cancel);
        return await FindAsync(cancel);
    }

    public async Task<SweepPlan> ExecuteAsync(SweepPlan plan, CancellationToken cancel)
    {
        using var sweep = await packs.BeginSweepAsync(cancel);
        var current = await FindAsync(cancel);
        var planned = plan.Objects.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);
        var deleted = await packs.DeleteAsync(current.Objects.Select(o => o.Name).Where(planned.Contains), cancel);
        return current with { Objects = [.. current.Objects.Where(o => deleted.Contains(o.Name))] };
    }

    private async Task<SweepPlan> FindAsync(CancellationToken cancel)
    {
        packs.Forget();   // packs that an earlier life left half way are garbage, too
        await packs.LoadAsync(cancel);
        var storedKeys = await ListKeysAsync(cancel);
        var trees = new List<ChunkId>();
        HashSet<Guid> usedKeys = [], unavailable = [];
        await foreach (var root in roots(cancel))
        {
            usedKeys.Add(root.KeyId);
            if (await keys.IsAvailableAsync(root.KeyId, cancel)) trees.Add(root.TopPage);
            else unavailable.Add(root.KeyId);
        }
        trees.AddRange(packs.LeasedTrees());

        var live = new HashSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<ChunkId>();
        foreach (var top in trees) await MarkAsync(top, ManifestPage.Levels - 1, live, seen, cancel);
        // What cannot be read keeps everything of its key: a snapshot refers to no other.
        var (all, unreferenced) = packs.Divide(pack => live.Contains(pack.ObjectName) || unavailable.Contains(pack.KeyId));
        var garbage = unreferenced.Select(pack => new StoredObject(pack.ObjectName, pack.LengthBytes))
            .Concat(storedKeys.Where(key => !usedKeys.Any(used => RepositoryKeys.ObjectName(used) == key.Name) && !packs.IsHeld(key.Name)))
            .OrderBy(o => o.Name, StringComparer.Ordinal).ToArray();
        return new SweepPlan(garbage, all.Count - unreferenced.Count, all.Sum(pack => pack.LengthBytes) - unreferenced.Sum(pack => pack.LengthBytes));
    }

    // Before the roots are read: a key that an upload adds behind this listing is not looked at.
    private async Task<List<StoredObject>> ListKeysAsync(CancellationToken cancel)
    {
        var found = new List<StoredObject>();
        await foreach (var key in packs.Store.ListAsync(RepositoryKeys.Prefix, cancel)) found.Add(key);
        return found;
    }

    // Pages are shared between snapshots, so each is walked once: the cost follows distinct pages, not snapshots.
    private async Task MarkAsync(ChunkId id, int level, HashSet<string> live, HashSet<ChunkId> seen, CancellationToken cancel)
    {
        if (id.IsNone || !seen.Add(id)) return;
        live.Add((await packs.LocateAsync(id, cancel)).Pack.ObjectName);
        var page = await tree.LoadAsync(id, level, cancel);
        if (page.Base is not null) live.Add((await packs.LocateAsync(page.BaseId, cancel)).Pack.ObjectName);
        foreach (var child in page.Ids)
        {
            if (level > 0) await MarkAsync(child, level - 1, live, seen, cancel);
            // A chunk that is lost holds no pack, and what is damaged is never deleted.
            else if (packs.Find(child) is { } location) live.Add(location.Pack.ObjectName);
        }
    }
}
