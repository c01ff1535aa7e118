namespace SnapshotPortal.Engine.Repositories;

/// <summary>Takes a <see cref="RepositorySpace"/>: walks the snapshots from the oldest on, and gives each what none before it had.</summary>
/// <remarks>
/// A page that was walked is not walked again, since all below it was given already. Sweeps wait meanwhile, so that no pack goes
/// under the walk; what uploads add meanwhile belongs to no snapshot yet.
/// </remarks>
internal sealed class RepositoryMeasurement(PackStore packs, RepositoryKeys keys, ManifestTree tree, Func<CancellationToken, IAsyncEnumerable<SnapshotRoot>> roots)
{
    public async Task<RepositorySpace> RunAsync(CancellationToken cancel)
    {
        using var sweepsWait = await packs.BeginSweepAsync(cancel);
        packs.Forget();
        await packs.LoadAsync(cancel);
        var found = new List<SnapshotRoot>();
        await foreach (var root in roots(cancel)) found.Add(root);
        var marks = packs.BeginMarks();
        var unavailable = new HashSet<Guid>();
        var snapshots = new List<SnapshotSpace>(found.Count);
        foreach (var root in found.OrderBy(root => root.Info.CreatedAt).ThenBy(root => root.Info.SnapshotId, StringComparer.Ordinal))
        {
            var own = (long)SnapshotRoot.EncodedBytes(root.Info);
            if (await keys.IsAvailableAsync(root.KeyId, cancel)) own += await GiveAsync(root.TopPage, ManifestPage.Levels - 1, marks, cancel);
            else if (unavailable.Add(root.KeyId)) own += PackedUnder(root.KeyId);
            snapshots.Add(new(root.Info.SnapshotId, own));
        }

        var total = 0L;
        await foreach (var stored in packs.Store.ListAsync("", cancel)) total += stored.LengthBytes;
        return new() { Snapshots = snapshots, OtherBytes = Math.Max(0, total - snapshots.Sum(snapshot => snapshot.Bytes)) };
    }

    /// <summary>The size of what is below a page, itself included, that nobody had before.</summary>
    private async Task<long> GiveAsync(ChunkId id, int level, Marks marks, CancellationToken cancel)
    {
        if (id.IsNone) return 0;
        var given = 0L;
        try
        {
            var location = await packs.LocateAsync(id, null, cancel);
            given += marks.Add(location);
            if (!marks.AddWalked(location)) return given;
            var page = await tree.LoadAsync(id, level, cancel);
            if (page.Base is not null) given += marks.Add(await packs.LocateAsync(page.BaseId, null, cancel));
            foreach (var child in page.Ids)
            {
                if (level > 0) given += await GiveAsync(child, level - 1, marks, cancel);
                else if (packs.Find(child) is { } chunk) given += marks.Add(chunk);
            }
        }
        catch (EngineException e) when (e.Fault is EngineFault.Corrupt or EngineFault.Missing) { } // A verification names it; it must not end the measuring.
        return given;
    }

    /// <summary>A key is a disk's, so while it is away its oldest snapshot stands for all of them.</summary>
    private long PackedUnder(Guid keyId) => packs.Known().Packs.Where(pack => pack.KeyId == keyId).Sum(Marks.RecordBytes);
}
