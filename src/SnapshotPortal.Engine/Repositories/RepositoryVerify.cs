using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>
/// Finds damage, and says what it means. First every manifest is walked: is each page readable, is each chunk in some pack?
/// Then the packs are read and compared with their names, each once, which needs no key. Where a pack is not what it should
/// be, the manifests are walked again and its chunks tried one by one: most of them may be fine.
/// </summary>
internal sealed class RepositoryVerify(PackStore packs, RepositoryKeys keys, ManifestTree tree, RecordReader reader, RepositoryOptions options, VerifyRequest request, IProgress<VerifyProgress>? progress)
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, string> objects = new(StringComparer.Ordinal);
    private readonly List<DamagedRange> ranges = [];
    private readonly HashSet<StoredPack> used = [], broken = [];
    private long doneBytes;

    /// <summary>Verifies the snapshots of some roots, and with <paramref name="isEverything"/> all packs and keys besides.</summary>
    public async Task<VerifyResult> RunAsync(IReadOnlyList<(StoredObject Object, SnapshotRoot? Root, EngineException? Damage)> roots, bool isEverything, CancellationToken cancel)
    {
        packs.Forget();
        await packs.LoadAsync(cancel);
        tree.Forget();
        foreach (var (found, _, damage) in roots)
        {
            if (damage is not null) objects[found.Name] = damage.Message;
        }
        if (isEverything) await CheckKeysAsync(cancel);
        var (readable, unavailable) = await SortAsync(roots, cancel);

        await WalkAsync(readable, FindAsync, cancel);
        var known = packs.Known();
        foreach (var (name, damage) in known.Damaged)
        {
            if (isEverything || ranges.Count > 0) objects.TryAdd(name, damage.Message);
        }
        var wanted = isEverything ? known.Packs : [.. used];
        var chosen = Choose(wanted);
        await ReadAsync(chosen, cancel);
        if (broken.Count > 0)
        {
            ranges.Clear();
            await WalkAsync(readable, TryAsync, cancel);
        }
        foreach (var id in ranges.Select(range => range.SnapshotId).Distinct(StringComparer.Ordinal).ToArray())
        {
            // Neither is a snapshot that was deleted meanwhile.
            if (await packs.Store.FindAsync(SnapshotRoot.ObjectName(id), cancel) is null) ranges.RemoveAll(range => range.SnapshotId == id);
        }
        return new VerifyResult(
            roots.Count(root => root.Root is not null),
            chosen.Sum(pack => (long)pack.LengthBytes),
            wanted.Sum(pack => (long)pack.LengthBytes),
            [.. objects.Select(o => new DamagedObject(o.Key, o.Value))],
            Merged(),
            unavailable);
    }

    private async Task<(List<SnapshotRoot> Readable, List<string> Unavailable)> SortAsync(IReadOnlyList<(StoredObject, SnapshotRoot? Root, EngineException?)> roots, CancellationToken cancel)
    {
        var readable = new List<SnapshotRoot>();
        var unavailable = new List<string>();
        foreach (var (_, root, _) in roots)
        {
            if (root is null) continue;
            var name = SnapshotRoot.ObjectName(root.Info.SnapshotId);
            try
            {
                if ((await keys.OpenAsync(root.KeyId, cancel)) is var coding && root.IsBy(coding)) readable.Add(root);
                else objects[name] = "It was not written with the key that it names.";
            }
            catch (EngineException e) when (e.Fault == EngineFault.KeyUnavailable) { unavailable.Add(root.Info.SnapshotId); }
            catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
            {
                objects[RepositoryKeys.ObjectName(root.KeyId)] = e.Message;
                unavailable.Add(root.Info.SnapshotId);
            }
        }
        return (readable, unavailable);
    }

    private async Task CheckKeysAsync(CancellationToken cancel)
    {
        await foreach (var found in packs.Store.ListAsync(RepositoryKeys.Prefix, cancel))
        {
            try { await keys.FindAsync(found.Name, cancel); }
            catch (EngineException e) when (e.Fault == EngineFault.Corrupt) { objects[found.Name] = e.Message; }
        }
    }

    private StoredPack[] Choose(StoredPack[] wanted)
    {
        if (request.Share >= 1) return wanted;
        var random = new Random(request.Seed);
        return [.. wanted.OrderBy(pack => pack.Number).Where(_ => random.NextDouble() < request.Share)];
    }

    private async Task ReadAsync(StoredPack[] chosen, CancellationToken cancel)
    {
        var totalBytes = chosen.Sum(pack => (long)pack.LengthBytes);
        progress?.Report(new VerifyProgress(0, totalBytes));
        await Parallel.ForEachAsync(chosen, new ParallelOptions { MaxDegreeOfParallelism = options.Workers, CancellationToken = cancel }, async (pack, cancel) =>
        {
            try { await packs.ProveAsync(pack, cancel); }
            catch (EngineException e) when (e.Fault is EngineFault.Corrupt or EngineFault.Missing)
            {
                lock (gate)
                {
                    // What a sweep has deleted meanwhile is not damaged.
                    if (packs.Get(pack.ObjectName) == pack)
                    {
                        objects[pack.ObjectName] = e.Message;
                        broken.Add(pack);
                    }
                }
            }
            lock (gate) progress?.Report(new VerifyProgress(doneBytes += pack.LengthBytes, totalBytes));
        });
    }

    /// <summary>Walks manifests. A page under which all is well is walked once, however many snapshots share it.</summary>
    private async Task WalkAsync(List<SnapshotRoot> roots, Func<SnapshotRoot, long, ChunkId, CancellationToken, ValueTask<string?>> check, CancellationToken cancel)
    {
        var sound = new HashSet<ChunkId>();
        foreach (var root in roots) await WalkAsync(root, root.TopPage, ManifestPage.Levels - 1, 0, sound, check, cancel);
    }

    private async Task<bool> WalkAsync(SnapshotRoot root, ChunkId id, int level, long first, HashSet<ChunkId> sound, Func<SnapshotRoot, long, ChunkId, CancellationToken, ValueTask<string?>> check, CancellationToken cancel)
    {
        if (id.IsNone || sound.Contains(id)) return true;
        ManifestPage page;
        try
        {
            page = await tree.LoadAsync(id, level, cancel);
            foreach (var part in (ChunkId[])[id, page.BaseId]) if (packs.Find(part) is { } location) used.Add(location.Pack);
        }
        catch (EngineException e) when (e.Fault is EngineFault.Corrupt or EngineFault.Missing)
        {
            Damage(root, first, ManifestPage.Span(level + 1), e.Message);
            return false;
        }
        var isSound = true;
        for (var k = 0; k < ManifestPage.References; k++)
        {
            if (page.Ids[k].IsNone) continue;
            var chunk = first + k * ManifestPage.Span(level);
            if (level > 0) isSound &= await WalkAsync(root, page.Ids[k], level - 1, chunk, sound, check, cancel);
            else if (await check(root, chunk, page.Ids[k], cancel) is { } reason)
            {
                Damage(root, chunk, 1, reason);
                isSound = false;
            }
        }
        if (isSound) sound.Add(id);
        return isSound;
    }

    private ValueTask<string?> FindAsync(SnapshotRoot root, long chunk, ChunkId id, CancellationToken cancel)
    {
        if (packs.Find(id) is not { } location) return ValueTask.FromResult<string?>($"No pack holds the record {id}.");
        used.Add(location.Pack);
        return ValueTask.FromResult<string?>(null);
    }

    private async ValueTask<string?> TryAsync(SnapshotRoot root, long chunk, ChunkId id, CancellationToken cancel)
    {
        if (packs.Find(id) is { } location && !broken.Contains(location.Pack)) return null;
        string? reason = null;
        await reader.ReadAsync(new[] { (chunk, id) }, static (_, _) => { }, (_, damage) => reason = damage.Message, cancel);
        return reason;
    }

    private void Damage(SnapshotRoot root, long first, long chunks, string reason)
    {
        var offset = first * Limits.ChunkBytes;
        var length = Math.Min(chunks * Limits.ChunkBytes, root.Info.LengthBytes - offset);
        if (length > 0) ranges.Add(new DamagedRange(root.Info.SnapshotId, offset, length, reason));
    }

    private List<DamagedRange> Merged()
    {
        var merged = new List<DamagedRange>();
        foreach (var range in ranges)
        {
            if (merged.Count > 0 && merged[^1] is var last && last.SnapshotId == range.SnapshotId && last.OffsetBytes + last.LengthBytes == range.OffsetBytes)
                merged[^1] = last with { LengthBytes = last.LengthBytes + range.LengthBytes };
            else merged.Add(range);
        }
        return merged;
    }
}
