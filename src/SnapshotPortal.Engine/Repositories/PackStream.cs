namespace SnapshotPortal.Engine.Repositories;

/// <summary>Records of one upload on their way into packs: one pack is filled while those before are being put. Not thread-safe.</summary>
/// <remarks>Several packs are put at once, so that a store that syncs each has one sync for all, and hashing and reading back go on meanwhile.</remarks>
internal sealed class PackStream(PackStore packs, PackKind kind, string owner, Guid keyId, int packBytes, double readBackShare, ContentLease lease)
{
    public const int PutsMax = 3;

    private readonly Queue<(PackWriter Writer, Task Put)> leaving = new();
    private PackWriter filling = new(kind, owner, keyId, packs.RepositoryId, packBytes);
    private long putBytes;

    /// <summary>The size of the packs that are in the store.</summary>
    public long PutBytes => Interlocked.Read(ref putBytes);

    /// <summary>Whether a record is on its way.</summary>
    public bool Contains(ChunkId id) => filling.Contains(id) || leaving.Any(each => each.Writer.Contains(id));

    /// <summary>Adds a record that is neither stored nor on its way.</summary>
    public async ValueTask AppendAsync(ChunkId id, int plainLength, ChunkCodec codec, ReadOnlyMemory<byte> stored, CancellationToken cancel)
    {
        if (filling.IsFull) await SendAsync(cancel);
        filling.Append(id, plainLength, codec, stored.Span);
    }

    /// <summary>Returns once everything is in the store.</summary>
    public async Task FlushAsync(CancellationToken cancel)
    {
        if (!filling.IsEmpty) await SendAsync(cancel);
        while (leaving.TryPeek(out var oldest)) await LeaveAsync(oldest);
    }

    /// <summary>Returns when nothing is on its way any more, whatever became of it.</summary>
    public Task SettleAsync() => Task.WhenAll(leaving.Select(each => each.Put)).ContinueWith(_ => { }, TaskScheduler.Default);

    private async Task SendAsync(CancellationToken cancel)
    {
        var full = filling;
        // A pack stays in the queue until it is known to be stored: a record of one that failed is still on its way.
        filling = leaving.Count < PutsMax ? new(kind, owner, keyId, packs.RepositoryId, packBytes) : await LeaveAsync(leaving.Peek());
        // On a thread of its own, since a store of files works synchronously.
        leaving.Enqueue((full, Task.Run(() => PutAsync(full, cancel), CancellationToken.None)));
    }

    private async Task<PackWriter> LeaveAsync((PackWriter Writer, Task Put) oldest)
    {
        await oldest.Put;
        leaving.Dequeue();
        oldest.Writer.Clear();
        return oldest.Writer;
    }

    private async Task PutAsync(PackWriter writer, CancellationToken cancel)
    {
        var (pack, content) = writer.Complete();
        await packs.PutAsync(pack, content, readBackShare, lease, cancel);
        Interlocked.Add(ref putBytes, content.Length);
    }
}
