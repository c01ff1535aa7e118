using System.Threading.Channels;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>
/// One upload's content on its way: read in order → hashed and compressed by workers → packed and put in order, so that an
/// upload of the same content makes the same packs. The stages overlap; each waits when the next is behind.
/// </summary>
internal sealed class UploadRun
{
    // Of packs of pages there are few: one of them is filled.
    private const int BatchesMin = 2, BatchesMax = 32, PacksUnderWay = PackStream.PutsMax + 2;

    private readonly PackStore packs;
    private readonly RepositoryOptions options;
    private readonly SnapshotUpload upload;
    private readonly ContentLease lease;
    private readonly RecordCoding coding;
    private readonly bool isComparison;
    private readonly IProgress<UploadProgress>? progress;
    private readonly PackStream chunks, pages;
    private readonly ManifestUpdate manifest;
    private readonly Channel<ChunkBatch> free = Channel.CreateUnbounded<ChunkBatch>();
    private readonly Channel<Task<ChunkBatch>> digested;
    private readonly TaskFactory workers;
    private readonly long totalBytes;

    /// <summary>Checks the changed ranges and sums them; nothing is read or written yet.</summary>
    /// <param name="tree">Reads manifests.</param>
    /// <param name="packs">Where content goes.</param>
    /// <param name="options">Memory, workers, sizes.</param>
    /// <param name="upload">What is uploaded.</param>
    /// <param name="lease">Keeps what is referred to; its tree is the manifest to start from.</param>
    /// <param name="coding">In the clear or under the key of the upload.</param>
    /// <param name="isComparison">Whether the tree is that of the same snapshot, complete: then any difference is refused.</param>
    /// <param name="progress">Told after every batch.</param>
    public UploadRun(ManifestTree tree, PackStore packs, RepositoryOptions options, SnapshotUpload upload, ContentLease lease, RecordCoding coding, bool isComparison, IProgress<UploadProgress>? progress)
    {
        (this.packs, this.options, this.upload, this.lease, this.coding, this.isComparison, this.progress) = (packs, options, upload, lease, coding, isComparison, progress);
        chunks = new PackStream(packs, PackKind.Chunks, upload.SnapshotId, coding.KeyId, options.PackBytes, options.ReadBackShare, lease);
        pages = new PackStream(packs, PackKind.Pages, upload.SnapshotId, coding.KeyId, options.PackBytes, options.ReadBackShare, lease);
        manifest = new ManifestUpdate(tree, lease.TopPage, coding, KeepPageAsync);
        var batches = Math.Clamp((options.MemoryBytes - (long)PacksUnderWay * options.PackBytes) / ChunkBatch.MemoryBytes, BatchesMin, BatchesMax);
        for (var i = 0; i < batches; i++) free.Writer.TryWrite(new ChunkBatch());
        digested = Channel.CreateUnbounded<Task<ChunkBatch>>();   // bounded by the number of batches
        workers = new TaskFactory(new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, options.Workers).ConcurrentScheduler);
        totalBytes = Runs().Where(run => !run.IsZero).Sum(run => run.Count * Limits.ChunkBytes - (Limits.ChunkBytes - ChangedChunks.BytesOf(run.End - 1, upload.Source.LengthBytes)));
    }

    public long ReadBytes { get; private set; }

    /// <summary>The size of the packs put by this run.</summary>
    public long PutBytes => chunks.PutBytes + pages.PutBytes;

    /// <summary>Stores everything. Returns the manifest's topmost page and how many chunks are present.</summary>
    public async Task<(ChunkId TopPage, long Chunks)> RunAsync(CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var reading = Task.Run(() => ReadAsync(stop.Token), CancellationToken.None);
        try
        {
            progress?.Report(new UploadProgress(0, totalBytes, 0));
            await foreach (var batch in digested.Reader.ReadAllAsync(stop.Token)) await StoreAsync(await batch, stop.Token);
            await reading;
            var result = await manifest.CompleteAsync(stop.Token);
            await Task.WhenAll(chunks.FlushAsync(stop.Token), pages.FlushAsync(stop.Token));
            await packs.ProveHeldAsync(lease, stop.Token);
            return result;
        }
        finally
        {
            // Whatever happened, nothing goes on behind the caller's back: not on the source, not on the store.
            await stop.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (digested.Reader.TryRead(out var batch)) await ((Task)batch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await chunks.SettleAsync();
            await pages.SettleAsync();
        }
    }

    private IEnumerable<ChunkRun> Runs() =>
        ChangedChunks.From(upload.Changed, upload.Source.LengthBytes, gapsAreZero: isComparison && upload.PredecessorId is null);

    private async Task ReadAsync(CancellationToken cancel)
    {
        Exception? failure = null;
        try
        {
            ChunkBatch? batch = null;
            foreach (var run in Runs())
            {
                for (var chunk = run.First; chunk < run.End;)
                {
                    batch ??= await free.Reader.ReadAsync(cancel);
                    if (run.IsZero) batch.Zeroes = run;
                    chunk = run.IsZero ? run.End : chunk + batch.Read(upload.Source, chunk, run.End - chunk);
                    if (run.IsZero || batch.IsFull) Send(ref batch, cancel);
                }
            }
            if (batch is not null) Send(ref batch, cancel);
        }
        catch (Exception e) { failure = e; }
        digested.Writer.Complete(failure);
    }

    private void Send(ref ChunkBatch? batch, CancellationToken cancel)
    {
        var sent = batch!;
        batch = null;
        digested.Writer.TryWrite(workers.StartNew(() =>
        {
            sent.Digest(packs, coding, options.CompressionLevel);
            return sent;
        }, cancel));
    }

    private async Task StoreAsync(ChunkBatch batch, CancellationToken cancel)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            var id = batch.Id(i);
            if (!id.IsNone && !IsKept(id, chunks))
            {
                var (codec, bytes) = batch.Stored(i, coding, options.CompressionLevel);
                if (options.UploadRate is { } rate) await rate.TakeAsync(bytes.Length, cancel);
                await chunks.AppendAsync(id, Limits.ChunkBytes, codec, bytes, cancel);
            }
            await manifest.SetAsync(batch.Chunk(i), id, cancel);
        }
        if (batch.Zeroes.Count > 0) await manifest.ClearAsync(batch.Zeroes.First, batch.Zeroes.Count, cancel);
        ReadBytes += batch.ReadBytes;
        batch.Clear();
        free.Writer.TryWrite(batch);
        progress?.Report(new UploadProgress(ReadBytes, totalBytes, PutBytes));
    }

    private async ValueTask KeepPageAsync(ChunkId id, byte[] bytes, CancellationToken cancel)
    {
        if (IsKept(id, pages)) return;
        var record = new byte[bytes.Length + RecordCoding.OverheadBytes];
        var (codec, length) = coding.Encode(PackKind.Pages, id, bytes, record, options.CompressionLevel);
        await pages.AppendAsync(id, bytes.Length, codec, record.AsMemory(0, length), cancel);
    }

    private bool IsKept(ChunkId id, PackStream stream)
    {
        if (packs.TryHold(id, lease) || stream.Contains(id)) return true;
        if (isComparison) throw Differs(upload.SnapshotId);
        return false;
    }

    public static EngineException Differs(string snapshotId) =>
        new(EngineFault.Exists, $"The repository holds a snapshot '{snapshotId}' with other content. Delete it first, or use another id.");
}
