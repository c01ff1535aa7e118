namespace SnapshotPortal.Engine.Repositories;

/// <summary>Records of one upload on their way into packs: one pack is filled while the one before is being put. Not thread-safe.</summary>
internal sealed class PackStream(PackStore packs, PackKind kind, string owner, Guid keyId, int packBytes, double readBackShare, ContentLease lease)
{
    private PackWriter filling = new(kind, owner, keyId, packs.RepositoryId, packBytes), leaving = new(kind, owner, keyId, packs.RepositoryId, packBytes);
    private Task leavingDone = Task.CompletedTask;
    private long putBytes;

    /// <summary>The size of the packs that are in the store.</summary>
    public long PutBytes => Interlocked.Read(ref putBytes);

    /// <summary>Whether a record is on its way.</summary>
    public bool Contains(ChunkId id) => filling.Contains(id) || leaving.Contains(id);

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
        await leavingDone;
    }

    /// <summary>Returns when nothing is on its way any more, whatever became of it.</summary>
    public async Task SettleAsync() => await leavingDone.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task SendAsync(CancellationToken cancel)
    {
        await leavingDone;
        (filling, leaving) = (leaving, filling);
        filling.Clear();
        // On a thread of its own, since a store of files works synchronously.
        var full = leaving;
        leavingDone = Task.Run(() => PutAsync(full, cancel), CancellationToken.None);
    }

    private async Task PutAsync(PackWriter writer, CancellationToken cancel)
    {
        var (pack, content) = writer.Complete();
        await packs.PutAsync(pack, content, readBackShare, lease, cancel);
        Interlocked.Add(ref putBytes, content.Length);
    }
}
