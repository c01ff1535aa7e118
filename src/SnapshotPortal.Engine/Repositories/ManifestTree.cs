using System.Runtime.CompilerServices;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>Reads manifests from packs and keeps the pages used lately. Thread-safe.</summary>
internal sealed class ManifestTree(RecordReader reader)
{
    private const int PagesKept = 64;   // 2 MiB

    private readonly RecentItems<ChunkId, ManifestPage> recent = new(PagesKept);

    /// <summary>The page of an id, at the level where the id stands.</summary>
    public async ValueTask<ManifestPage> LoadAsync(ChunkId id, int level, CancellationToken cancel)
    {
        if (recent.TryGet(id, out var known) && known.Level == level) return known;
        var (objectName, bytes) = await reader.ReadAsync(id, PackKind.Pages, cancel);
        var baseId = ManifestPage.BaseOf(bytes);
        var basePage = baseId.IsNone ? null : await LoadBaseAsync(baseId, level, cancel);
        var page = ManifestPage.Decode(objectName, level, basePage, bytes);
        recent.Add(id, page);
        return page;
    }

    /// <summary>The id of a chunk; none where it is zeroes.</summary>
    public async ValueTask<ChunkId> FindAsync(ChunkId topPage, long chunk, CancellationToken cancel)
    {
        var id = topPage;
        for (var level = ManifestPage.Levels - 1; level >= 0 && !id.IsNone; level--)
            id = (await LoadAsync(id, level, cancel)).Ids[(int)(chunk / ManifestPage.Span(level) % ManifestPage.References)];
        return id;
    }

    /// <summary>The chunks from <paramref name="first"/> on that are not zeroes, in order. Whole absent branches cost nothing.</summary>
    public async IAsyncEnumerable<(long Chunk, ChunkId Id)> ChunksAsync(ChunkId topPage, long first, long end, [EnumeratorCancellation] CancellationToken cancel)
    {
        var path = new ManifestPage?[ManifestPage.Levels];
        if (first < end && !topPage.IsNone) path[^1] = await LoadAsync(topPage, ManifestPage.Levels - 1, cancel);
        for (var chunk = first; chunk < end && path[^1] is not null;)
        {
            // Down from the highest page to the chunk, or over what is absent.
            var level = ManifestPage.Levels - 1;
            ChunkId id;
            while (true)
            {
                id = path[level]!.Ids[(int)(chunk / ManifestPage.Span(level) % ManifestPage.References)];
                if (level == 0 || id.IsNone) break;
                path[--level] = await LoadAsync(id, level, cancel);
            }
            if (!id.IsNone) yield return (chunk, id);
            chunk = (chunk / ManifestPage.Span(level) + 1) * ManifestPage.Span(level);
        }
    }

    /// <summary>Reads every page anew that is asked for from now on.</summary>
    public void Forget() => recent.Clear();

    /// <summary>
    /// The chunks in which two manifests differ, in order: none as an id where it is zeroes in <paramref name="newTop"/>. What they
    /// share is not walked.
    /// </summary>
    public async IAsyncEnumerable<(long Chunk, ChunkId Id)> ChangesAsync(ChunkId oldTop, ChunkId newTop, int level, long first, [EnumeratorCancellation] CancellationToken cancel)
    {
        if (oldTop == newTop) yield break;
        var before = oldTop.IsNone ? null : await LoadAsync(oldTop, level, cancel);
        var after = newTop.IsNone ? null : await LoadAsync(newTop, level, cancel);
        for (var k = 0; k < ManifestPage.References; k++)
        {
            ChunkId old = before is null ? default : before.Ids[k], current = after is null ? default : after.Ids[k];
            if (old == current) continue;
            var chunk = first + k * ManifestPage.Span(level);
            if (level == 0) yield return (chunk, current);
            else
            {
                await foreach (var change in ChangesAsync(old, current, level - 1, chunk, cancel)) yield return change;
            }
        }
    }

    private async ValueTask<ManifestPage> LoadBaseAsync(ChunkId id, int level, CancellationToken cancel)
    {
        if (recent.TryGet(id, out var known)) return known;
        var (objectName, bytes) = await reader.ReadAsync(id, PackKind.Pages, cancel);
        // A base that has a base itself is refused before anything follows it.
        if (!ManifestPage.BaseOf(bytes).IsNone) throw FormatReader.Damaged(objectName, "a manifest page has an impossible base");
        var page = ManifestPage.Decode(objectName, level, null, bytes);
        recent.Add(id, page);
        return page;
    }
}
