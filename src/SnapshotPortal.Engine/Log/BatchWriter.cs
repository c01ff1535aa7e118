using System.Runtime.InteropServices;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Engine.Log;

/// <summary>The only writer of a pool's log: puts the requests of all threads in one order, in batches.</summary>
/// <remarks>
/// There is no thread of its own: whoever leads the <see cref="LogQueue"/> takes what is queued, writes it as one batch,
/// changes the maps, and wakes the threads whose requests are done.
/// What must stay true:
/// <list type="bullet">
/// <item>Only the leader touches the state, the maps (as their writer) and everything below that is not marked otherwise.</item>
/// <item>Whatever can be refused is refused before the batch is written: what is in the log is applied.</item>
/// <item>A failed write or flush, other than for want of space, fences: no more writes on this opening.</item>
/// <item>After a lack of space the position has not moved: the next batch overwrites what was written of the failed one.</item>
/// </list>
/// </remarks>
internal sealed unsafe class BatchWriter
{
    // Smaller data is gathered in a buffer, so that a batch of small writes is one call; larger goes out from where it lies.
    private const int GatheredBlocksMax = 16;
    // A file system takes bursts into its cache faster than a device can store them; a checkpoint needs them stored.
    private const int ReplayFactorMax = 4;

    private const int HeaderRoom = BatchHeader.HeaderBlocksMax * Limits.BlockBytes;

    private readonly SegmentFiles segments;
    private readonly PoolState state;
    private readonly Liveness liveness;
    private readonly Reserve reserve;
    private readonly PoolMetrics metrics;
    private readonly Guid poolId;
    private readonly uint life;
    private readonly int dataBlocksMax;
    private readonly byte[] records = new byte[BatchHeader.RecordBytesMax];
    private readonly byte[] gathered;
    private readonly LogQueue queue = new();
    private readonly List<LogRequest> batch = [];

    // The block that a patch changes, between its admission and its record.
    private readonly byte[] patchBlock = new byte[Limits.BlockBytes];

    private IFile? segmentFile;
    private uint segment;
    private uint nextBlock;
    private bool isHalfTold;
    private ulong nextSequence;
    private volatile EngineException? fence;

    public BatchWriter(SegmentFiles segments, PoolState state, Liveness liveness, Reserve reserve, Guid poolId, uint life, LogPosition end, uint segmentsUsed, long replayBytes, PoolMetrics metrics)
    {
        this.segments = segments;
        this.state = state;
        this.liveness = liveness;
        this.reserve = reserve;
        this.poolId = poolId;
        this.life = life;
        segment = segmentsUsed;
        nextSequence = end.Sequence;
        dataBlocksMax = (int)Math.Min(BatchHeader.DataBlocksMax, segments.BlocksPerSegment - 1 - BatchHeader.HeaderBlocksMax);
        gathered = GC.AllocateUninitializedArray<byte>(HeaderRoom + Math.Min(dataBlocksMax, 256) * Limits.BlockBytes, pinned: true);
        Backlog = new(due: replayBytes / 2, replayBytes * ReplayFactorMax);
        Flusher = new Flusher(segments, end.Sequence - 1, this, metrics);
        this.metrics = metrics;
    }

    public Flusher Flusher { get; }

    /// <summary>What the leader tells of a segment that has become half full, once.</summary>
    public Action<uint>? SegmentHalfFull { get; set; }

    /// <summary>The most blocks that one <see cref="Write"/> takes.</summary>
    public int WriteBlocksMax => dataBlocksMax;

    /// <summary>The highest segment number used so far. Read by the leader.</summary>
    public uint SegmentsUsed => segment;

    /// <summary>Where the next batch goes. Read by the leader.</summary>
    public LogPosition Position => segmentFile is null ? new(nextSequence, 0, 0) : new(nextSequence, segment, nextBlock);

    /// <summary>Bytes of log that an opening would replay, without the pages of checkpoints.</summary>
    public Backlog Backlog { get; }

    /// <summary>Why nothing is written any more, or null. Any thread.</summary>
    public EngineException? Fence => fence;

    public void Write(PoolDisk disk, long lba, int blocks, byte* data)
    {
        var request = LogRequest.OfThread;
        request.Begin(LogRequestKind.Write, disk);
        request.Lba = lba;
        request.Blocks = blocks;
        request.Data = data;
        Submit(request);
    }

    /// <summary>Puts blocks of the disk's base where they are absent: at most a chunk, in one leaf of the map.</summary>
    public void Fill(PoolDisk disk, MapBase under, long lba, int blocks, byte* data)
    {
        var request = LogRequest.OfThread;
        request.Begin(LogRequestKind.Fill, disk);
        (request.Base, request.Lba, request.Blocks) = (under, lba, blocks);
        request.Data = data;
        Submit(request);
    }

    /// <summary>Changes a part of a block; false, and nothing done, where the rest of it is in the base and not given with it.</summary>
    public bool Patch(PoolDisk disk, long lba, int within, int length, byte* data, MapBase? under = null, byte* content = null)
    {
        var request = LogRequest.OfThread;
        request.Begin(LogRequestKind.Patch, disk);
        request.Lba = lba;
        request.Blocks = 1;
        request.Base = under;
        request.Content = content;
        request.Within = within;
        request.Length = length;
        request.Data = data;
        Submit(request);
        return !request.NeedsBase;
    }

    public void Zero(PoolDisk disk, long lba, long blocks)
    {
        var request = LogRequest.OfThread;
        request.Begin(LogRequestKind.Zero, disk);
        (request.Lba, request.Blocks) = (lba, blocks);
        Submit(request);
    }

    /// <summary>Carries out all requests of a chain, in as few batches as they fit into. Each has its own result.</summary>
    public void Run(LogChain chain)
    {
        if (chain.TryLink(out var first, out var last)) Submit(first, last);
    }

    /// <summary>Appends pages of a map and returns where the first lies; the others follow it.</summary>
    public Location MapPages(int pages, byte* data)
    {
        var request = LogRequest.OfThread;
        request.Begin(LogRequestKind.MapPages);
        request.Blocks = pages;
        request.Data = data;
        Submit(request);
        return request.Location;
    }

    /// <summary>Appends the changes that <paramref name="make"/> gives as the leader in one batch, and applies them.</summary>
    public void Change(Func<PoolChange[]> make)
    {
        var request = LogRequest.OfThread;
        request.Begin(LogRequestKind.Change);
        request.Changes = make;
        Submit(request);
    }

    /// <summary>Runs an action as the leader, between two batches.</summary>
    public void Control(Action action)
    {
        var request = LogRequest.OfThread;
        request.Begin(LogRequestKind.Control);
        request.Control = action;
        Submit(request);
        request.Control = null;
    }

    public void SetFence(EngineException reason) =>
        fence ??= new(EngineFault.Fenced, $"The pool takes no more changes since an error: {reason.Message} Mend the cause and restart; everything flushed is kept.", reason);

    /// <summary>Whether data was refused, or would be, for want of space. Any thread.</summary>
    public bool IsShortOfSpace => !reserve.IsWhole;

    /// <summary>Lets the reserve go to what found no room; false where it has gone already.</summary>
    public bool ReleaseReserve()
    {
        var released = false;
        Control(() => released = reserve.Release());
        return released;
    }

    /// <summary>Gives back the room behind the log's end in its segment, when nothing is written any more.</summary>
    public void TrimSegment() => segmentFile?.SetLength((long)nextBlock * Limits.BlockBytes);

    private void Submit(LogRequest request)
    {
        Submit(request, request);
        request.ThrowIfFailed();
    }

    private void Submit(LogRequest first, LogRequest last)
    {
        if (!queue.Enter(first, last)) return;
        while (!last.IsDone) RunBatch();
        queue.Leave();
    }

    private void RunBatch()
    {
        batch.Clear();
        try
        {
            var first = queue.Peek()!;
            if (fence is { } fenced)
            {
                queue.Pop().Complete(fenced);
            }
            else if (first.Kind is LogRequestKind.Change or LogRequestKind.Control)
            {
                batch.Add(queue.Pop());
                if (first.Kind == LogRequestKind.Control) first.Control!();
                else RunChanges(first.Changes!());
            }
            else
            {
                RunData();
            }
            foreach (var request in batch) request.Complete();
        }
        catch (Exception e)
        {
            // Anything but a refusal for want of space leaves open what is in the file.
            if (e is not EngineException { Fault: EngineFault.Full or EngineFault.Missing or EngineFault.Exists })
                SetFence(e as EngineException ?? new EngineException(EngineFault.Io, e.Message, e));
            foreach (var request in batch) request.Complete(e);
        }
    }

    private void RunChanges(PoolChange[] changes)
    {
        if (changes.Length == 0) return;
        var adds = Array.Exists(changes, change => change.Kind is not (RecordKind.DeleteDisk or RecordKind.DeleteSnapshot or RecordKind.LetBaseGo));
        if (adds) reserve.Require();
        var writer = new RecordWriter(records);
        foreach (var change in changes)
        {
            state.Validate(change);
            writer.Change(change);
        }
        MakeRoom(BatchHeader.HeaderBlocksFor(writer.Position), adds);
        WriteBatch(writer.Position, 0, adds);
        foreach (var change in changes) state.Apply(change);
        liveness.Take(state.Freed);
        Backlog.Add(Limits.BlockBytes);
    }

    private void RunData()
    {
        var writer = new RecordWriter(records);
        int dataBlocks = 0, gatheredBlocks = 0;
        while (queue.Peek() is { } request && Fits(request, writer.Position, dataBlocks, gatheredBlocks))
        {
            queue.Pop();
            if (!Admit(request, writer.Position + RecordBytesOf(request), dataBlocks)) continue;
            batch.Add(request);
            AddRecord(request, ref writer, gathered.AsSpan(HeaderRoom + gatheredBlocks * Limits.BlockBytes));
            if (IsGathered(request)) gatheredBlocks += (int)request.Blocks;
            if (request.Kind != LogRequestKind.Zero) dataBlocks += (int)request.Blocks;
        }
        if (batch.Count == 0) return;
        var data = WriteBatch(writer.Position, dataBlocks, batch.Exists(Adds));
        ApplyBatch(data, writer.Position);
        metrics.Batch(batch.Count, dataBlocks);
        liveness.Born(data, dataBlocks);
        liveness.Take(state.Freed);
    }

    private bool Fits(LogRequest request, int recordBytes, int dataBlocks, int gatheredBlocks)
    {
        if (request.Kind is LogRequestKind.Change or LogRequestKind.Control) return false;
        if (batch.Count == 0) return true;
        if (request.Kind == LogRequestKind.Patch && Touches(request.Disk!)) return false;
        recordBytes += RecordBytesOf(request);
        if (request.Kind != LogRequestKind.Zero) dataBlocks += (int)request.Blocks;
        if (IsGathered(request)) gatheredBlocks += (int)request.Blocks;
        return recordBytes <= BatchHeader.RecordBytesMax && dataBlocks <= dataBlocksMax
            && HeaderRoom + gatheredBlocks * Limits.BlockBytes <= gathered.Length
            && BatchHeader.HeaderBlocksFor(recordBytes) + dataBlocks <= segments.BlocksPerSegment - nextBlock;
    }

    // A patch reads the block as it is: everything before it must have been applied.
    private bool Touches(PoolDisk disk)
    {
        foreach (var request in batch)
            if (request.Disk == disk) return true;
        return false;
    }

    /// <summary>Loads and reserves what a request needs, so that it cannot fail later; or completes it with the reason why it cannot be carried out.</summary>
    private bool Admit(LogRequest request, int recordBytes, int dataBlocks)
    {
        try
        {
            if (request.Disk is { } disk)
            {
                disk.RequireWritable();
                if (request.Kind == LogRequestKind.Fill && disk.Map.Base != request.Base)
                {
                    request.Complete(); // The disk has let its base go meanwhile.
                    return false;
                }
                if (request.Kind == LogRequestKind.Patch)
                {
                    var isCold = disk.Map.Base is { } under && under.Holds(request.Lba) && disk.Map.Find(request.Lba).IsAbsent;
                    request.NeedsBase = isCold && (request.Content is null || request.Base != disk.Map.Base);
                    if (request.NeedsBase || (!isCold && request.Data is null && disk.Map.Find(request.Lba).Kind != LocationKind.Block))
                    {
                        request.Complete(); // The caller comes again; or zeroes into a block that reads as zeroes: nothing to store.
                        return false;
                    }
                    if (isCold) new ReadOnlySpan<byte>(request.Content, Limits.BlockBytes).CopyTo(patchBlock);
                    else BlockReader.ReadInLeaf(disk.Map, segments, disk.RequireCipher(), request.Lba, patchBlock);
                }
                if (request.Kind == LogRequestKind.Zero) disk.Map.PrepareZero(request.Lba, request.Blocks, state.EditOf(disk));
                else disk.Map.PrepareBlocks(request.Lba, state.EditOf(disk));
            }
            if (request.Kind != LogRequestKind.Zero) dataBlocks += (int)request.Blocks;
            if (Adds(request)) reserve.Require();
            if (batch.Count == 0) MakeRoom(BatchHeader.HeaderBlocksFor(recordBytes) + dataBlocks, Adds(request));
            return true;
        }
        catch (Exception e)
        {
            request.Complete(e);
            if (e is EngineException) return false;
            throw;
        }
    }

    private void AddRecord(LogRequest request, ref RecordWriter writer, Span<byte> room)
    {
        switch (request.Kind)
        {
            case LogRequestKind.Zero:
                writer.Zero(request.Disk!.Id, request.Lba, request.Blocks);
                return;
            case LogRequestKind.MapPages:
                Checksum(new(request.Data, (int)request.Blocks * Limits.BlockBytes), writer.MapPages((int)request.Blocks));
                return;
            case LogRequestKind.Patch:
                var patched = patchBlock.AsSpan(request.Within, request.Length);
                if (request.Data is null) patched.Clear();
                else new ReadOnlySpan<byte>(request.Data, request.Length).CopyTo(patched);
                if (request.Disk!.RequireCipher() is { } cipher) cipher.Encrypt(request.Lba, patchBlock, room);
                else patchBlock.CopyTo(room);
                Checksum(room[..Limits.BlockBytes], writer.Write(request.Disk.Id, request.Lba, 1));
                return;
            default:
                var data = new ReadOnlySpan<byte>(request.Data, (int)request.Blocks * Limits.BlockBytes);
                if (IsGathered(request))
                {
                    // Summed up in the copy, which the cache still holds and the caller cannot change any more.
                    data.CopyTo(room);
                    data = room[..data.Length];
                }
                Checksum(data, request.Kind == LogRequestKind.Fill
                    ? writer.Fill(request.Disk!.Id, request.Lba, (int)request.Blocks)
                    : writer.Write(request.Disk!.Id, request.Lba, (int)request.Blocks));
                return;
        }
    }

    private static void Checksum(ReadOnlySpan<byte> blocks, Span<uint> crcs)
    {
        for (var i = 0; i < crcs.Length; i++) crcs[i] = Crc32C.OfBlock(blocks.Slice(i * Limits.BlockBytes, Limits.BlockBytes));
    }

    private static bool IsGathered(LogRequest request) =>
        request.Kind is LogRequestKind.Patch or LogRequestKind.Fill || (request.Kind == LogRequestKind.Write && request.Blocks <= GatheredBlocksMax);

    private static int RecordBytesOf(LogRequest request) =>
        request.Kind == LogRequestKind.Zero ? RecordWriter.BytesOfZero : RecordWriter.BytesOfWrite((int)request.Blocks);

    // What takes space and gives none back; all else may use the reserve.
    private static bool Adds(LogRequest request) =>
        request.Kind is LogRequestKind.Write or LogRequestKind.Fill || (request.Kind == LogRequestKind.Patch && request.Data is not null);

    /// <summary>Goes on to a new segment where the current one has no room for a batch of that many blocks.</summary>
    private void MakeRoom(int blocks, bool adds)
    {
        if (segmentFile is not null && nextBlock + blocks <= segments.BlocksPerSegment) return;
        IFile made;
        try { made = segments.Create(segment + 1, life, nextSequence); }
        catch (EngineException e) when (e.Fault == EngineFault.Full && !adds && reserve.Release()) { made = segments.Create(segment + 1, life, nextSequence); }
        (segmentFile, segment, nextBlock) = (made, segment + 1, 1);
        Flusher.Created(made);
        isHalfTold = false;
    }

    /// <summary>Writes a batch; where a file system does not keep its promise of allocated space, from the reserve.</summary>
    private Location WriteBatch(int recordBytes, int dataBlocks, bool adds)
    {
        try { return Append(recordBytes, dataBlocks); }
        catch (EngineException e) when (e.Fault == EngineFault.Full && !adds && fence is null && reserve.Release()) { return Append(recordBytes, dataBlocks); }
    }

    /// <summary>Writes the batch's header and data at the log's end, and returns where its data begins.</summary>
    private Location Append(int recordBytes, int dataBlocks)
    {
        var headerBlocks = BatchHeader.HeaderBlocksFor(recordBytes);
        var header = gathered.AsSpan(HeaderRoom - headerBlocks * Limits.BlockBytes, headerBlocks * Limits.BlockBytes);
        header.Clear();
        records.AsSpan(0, recordBytes).CopyTo(header[BatchHeader.Bytes..]);
        new BatchHeader(poolId, nextSequence, Mutant.VouchesForUnsynced ? Flusher.Appended : Flusher.Durable, segment, nextBlock, life, headerBlocks, dataBlocks, recordBytes).Write(header);

        try { WriteSpans(HeaderRoom - header.Length); }
        catch (EngineException e) when (e.Fault == EngineFault.Full)
        {
            Withdraw();
            throw;
        }
        var data = Location.Of(LocationKind.Block, segment, nextBlock + (uint)headerBlocks);
        nextBlock += (uint)(headerBlocks + dataBlocks);
        Flusher.Appended = nextSequence++;
        TellHalf();
        return data;
    }

    private void TellHalf()
    {
        if (isHalfTold || nextBlock < segments.BlocksPerSegment / 2) return;
        isHalfTold = true;
        SegmentHalfFull?.Invoke(segment);
    }

    /// <summary>Takes back what a write that found no room left behind the log's end: it may be a whole batch, whose number the next one gets.</summary>
    private void Withdraw()
    {
        try
        {
            TrimSegment();
            segmentFile!.Sync();
        }
        catch (EngineException e) { SetFence(e); }
    }

    private void WriteSpans(int start)
    {
        var position = (long)nextBlock * Limits.BlockBytes;
        var end = HeaderRoom;
        foreach (var request in batch)
        {
            var bytes = (int)request.Blocks * Limits.BlockBytes;
            if (IsGathered(request))
            {
                end += bytes;
            }
            else if (request.Kind is LogRequestKind.Write or LogRequestKind.MapPages)
            {
                position = WriteSpan(position, gathered.AsSpan(start..end));
                position = WriteSpan(position, new(request.Data, bytes));
                start = end;
            }
        }
        WriteSpan(position, gathered.AsSpan(start..end));
    }

    private long WriteSpan(long position, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty) segmentFile!.Write(position, bytes);
        return position + bytes.Length;
    }

    private void ApplyBatch(Location data, int recordBytes)
    {
        var at = 0;
        foreach (var request in batch)
        {
            var length = RecordBytesOf(request);
            request.Location = data;
            switch (request.Kind)
            {
                case LogRequestKind.Zero:
                    request.Disk!.Map.SetZero(request.Lba, request.Blocks, state.EditOf(request.Disk));
                    Backlog.Add(Limits.BlockBytes);
                    break;
                case LogRequestKind.MapPages:
                    length = RecordWriter.Padded(8 + (int)request.Blocks * sizeof(uint));
                    request.Location = Location.Of(LocationKind.Page, data.Segment, data.Block);
                    data = data.Plus((int)request.Blocks);
                    break;
                default:
                    var crcs = MemoryMarshal.Cast<byte, uint>(records.AsSpan(at + 16, (int)request.Blocks * sizeof(uint)));
                    if (request.Kind == LogRequestKind.Fill) request.Disk!.Map.Fill(request.Lba, data, crcs, state.EditOf(request.Disk));
                    else request.Disk!.Map.SetBlocks(request.Lba, data, crcs, state.EditOf(request.Disk));
                    data = data.Plus((int)request.Blocks);
                    Backlog.Add(request.Blocks * Limits.BlockBytes);
                    break;
            }
            at += length;
        }
    }
}
