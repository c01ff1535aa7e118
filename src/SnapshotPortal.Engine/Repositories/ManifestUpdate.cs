namespace SnapshotPortal.Engine.Repositories;

/// <summary>
/// A manifest made from an older one by changes in ascending order: one path from the top to a leaf is open at a time, and
/// only pages under which something changed are read and written. Not thread-safe.
/// </summary>
/// <param name="tree">Where the older pages are read.</param>
/// <param name="topPage">The older manifest; none for an empty one.</param>
/// <param name="coding">Names the new pages.</param>
/// <param name="keep">Called with the id of each new page and its bytes.</param>
internal sealed class ManifestUpdate(ManifestTree tree, ChunkId topPage, RecordCoding coding, Func<ChunkId, byte[], CancellationToken, ValueTask> keep)
{
    private const int Top = ManifestPage.Levels - 1;

    private readonly OpenPage?[] path = new OpenPage?[ManifestPage.Levels];
    private ChunkId topId = topPage;

    /// <summary>Refers to a chunk, or with no id makes it zeroes.</summary>
    public async ValueTask SetAsync(long chunk, ChunkId id, CancellationToken cancel)
    {
        var leaf = await OpenAsync(0, chunk, cancel);
        var k = leaf.IndexOf(chunk);
        leaf.Set(k, id, (id.IsNone ? 0 : 1) - (leaf.Ids[k].IsNone ? 0 : 1));
    }

    /// <summary>Makes chunks zeroes; branches that lie wholly inside are dropped without being walked.</summary>
    public async ValueTask ClearAsync(long first, long count, CancellationToken cancel)
    {
        for (long chunk = first, end = first + count; chunk < end;)
        {
            // The highest level at which a reference begins here and ends inside the range.
            var level = Top;
            while (level > 0 && (chunk % ManifestPage.Span(level) != 0 || chunk + ManifestPage.Span(level) > end)) level--;
            var page = await OpenAsync(level, chunk, cancel);
            var k = page.IndexOf(chunk);
            if (!page.Ids[k].IsNone) page.Set(k, default, level == 0 ? -1 : -(await tree.LoadAsync(page.Ids[k], level - 1, cancel)).Chunks);
            chunk += ManifestPage.Span(level);
        }
    }

    /// <summary>Writes what is open. Returns the new topmost page and how many chunks are present.</summary>
    public async ValueTask<(ChunkId TopPage, long Chunks)> CompleteAsync(CancellationToken cancel)
    {
        await OpenAsync(Top, 0, cancel);
        var chunks = path[Top]!.Chunks;
        await CloseAsync(Top, cancel);
        return (topId, chunks);
    }

    private async ValueTask<OpenPage> OpenAsync(int level, long chunk, CancellationToken cancel)
    {
        // Everything below the wanted page is done with, since changes ascend; at its level another page may be open.
        for (var lower = 0; lower < level; lower++) await CloseAsync(lower, cancel);
        var number = chunk / ManifestPage.Span(level + 1);
        if (path[level] is { } open)
        {
            if (open.Number == number) return open;
            if (open.Number > number) throw new InvalidOperationException("Changes of a manifest must ascend.");
            await CloseAsync(level, cancel);
        }
        var id = topId;
        if (level < Top)
        {
            var parent = await OpenAsync(level + 1, chunk, cancel);
            id = parent.Ids[parent.IndexOf(chunk)];
        }
        return path[level] = new OpenPage(level, number, id, id.IsNone ? null : await tree.LoadAsync(id, level, cancel));
    }

    private async ValueTask CloseAsync(int level, CancellationToken cancel)
    {
        if (path[level] is not { } page) return;
        for (var lower = 0; lower < level; lower++) await CloseAsync(lower, cancel);
        path[level] = null;
        if (!page.IsChanged) return;
        var id = default(ChunkId);
        if (page.Chunks > 0)
        {
            var bytes = page.Encode();
            id = coding.IdOf(bytes);
            await keep(id, bytes, cancel);
        }
        if (level == Top) topId = id;
        else path[level + 1]!.Set(path[level + 1]!.IndexOf(page.Number * ManifestPage.Span(level + 1)), id, page.Chunks - page.ChunksBefore);
    }

    /// <summary>A page of the new manifest, and what it was in the old one.</summary>
    private sealed class OpenPage(int level, long number, ChunkId oldId, ManifestPage? old)
    {
        private readonly ChunkId[] ids = old is null ? new ChunkId[ManifestPage.References] : [.. old.Ids];

        public long Number => number;

        public ChunkId[] Ids => ids;

        public bool IsChanged { get; private set; }

        public long ChunksBefore { get; } = old?.Chunks ?? 0;

        public long Chunks { get; private set; } = old?.Chunks ?? 0;

        public int IndexOf(long chunk) => (int)(chunk / ManifestPage.Span(level) % ManifestPage.References);

        public void Set(int k, ChunkId id, long chunksAdded)
        {
            if (ids[k] == id) return;
            ids[k] = id;
            Chunks += chunksAdded;
            IsChanged = true;
        }

        public byte[] Encode() =>
            ManifestPage.Encode(level, Chunks, ids, old?.Base ?? old, old?.Base is null ? oldId : old.BaseId);
    }
}
