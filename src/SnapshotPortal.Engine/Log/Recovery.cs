using System.Buffers;
using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Engine.Log;

/// <summary>Replays the log behind a checkpoint: docs/format.md, Opening.</summary>
internal sealed class Recovery(SegmentFiles segments, PoolState state, Superblock superblock)
{
    private const int BufferBytes = (BatchHeader.HeaderBlocksMax + BatchHeader.DataBlocksMax) * Limits.BlockBytes;
    private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private readonly SortedSet<uint> visited = [];
    private readonly Queue<(ulong Sequence, Location Location, int Blocks)> unvouched = [];
    private uint[] numbers = [];

    /// <summary>Where the log ends: behind the last batch that counts.</summary>
    public LogPosition End { get; private set; } = superblock.Replay;

    /// <summary>The highest life met.</summary>
    public uint Life { get; private set; } = superblock.Life;

    /// <summary>The highest segment number met.</summary>
    public uint SegmentsUsed { get; private set; }

    /// <summary>Whether anything was replayed that the table does not hold.</summary>
    public bool HasChanges { get; private set; }

    public bool FoundDamage { get; private set; }

    public void Run()
    {
        numbers = segments.Numbers();
        SegmentsUsed = Math.Max(superblock.SegmentsUsed, numbers.Length > 0 ? numbers[^1] : 0);
        try
        {
            while (ReplayNext() || SkipDamage()) { }
            Settle();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        if (!FoundDamage) DropTail();
    }

    /// <summary>Makes what was replayed durable: it now counts, and must not be lost while what follows it stays.</summary>
    /// <remarks>
    /// Where a process died and the machine did not, the page cache may hold batches that no sync has stored, and after
    /// a failed sync it takes them for stored. So those that nothing vouches for are written again before the sync.
    /// </remarks>
    private void Settle()
    {
        foreach (var (_, location, blocks) in Mutant.UnvouchedNotRewritten ? [] : unvouched)
        {
            var bytes = buffer.AsSpan(0, blocks * Limits.BlockBytes);
            segments.ReadAvailable(location.Segment, location.Block, bytes);
            segments.Get(location.Segment).File.Write((long)location.Block * Limits.BlockBytes, bytes);
        }
        foreach (var number in visited) RestoreHeader(number);
        foreach (var number in Mutant.ReplayNotSynced ? [] : visited) segments.Get(number).File.Sync();
        if (visited.Count > 0) segments.SyncDirectory();
    }

    // Only its batches are needed for a replay: a crash may have kept these and lost the header before them.
    private void RestoreHeader(uint number)
    {
        var block = buffer.AsSpan(0, Limits.BlockBytes);
        segments.ReadAvailable(number, 0, block);
        if (block.ContainsAnyExcept((byte)0) || !TryReadBatch(number, 1, out var first)) return;
        block = buffer.AsSpan(0, Limits.BlockBytes);
        new SegmentHeader(superblock.PoolId, number, first.Life, first.Sequence, superblock.SegmentBytes).Write(block);
        segments.Get(number).File.Write(0, block);
    }

    private bool ReplayNext()
    {
        if (TryReadExpected(out var header) && Replay(header, vouched: false)) return true;
        return TryFindNextSegment(out header) && Replay(header, vouched: false);
    }

    /// <summary>Reads the header at the end of what was replayed; false unless it is that of the expected batch.</summary>
    private bool TryReadExpected(out BatchHeader header)
    {
        header = default;
        return End.Segment != 0 && TryReadBatch(End.Segment, End.Block, out header) && header.Sequence == End.Sequence;
    }

    /// <summary>The segment that begins with the expected batch; of several the one of the latest life.</summary>
    private bool TryFindNextSegment(out BatchHeader found)
    {
        found = default;
        foreach (var number in numbers)
            if (number > End.Segment && TryReadBatch(number, 1, out var header) && header.Sequence == End.Sequence && header.Life >= found.Life) found = header;
        return found.Life != 0 && TryReadBatch(found.Segment, 1, out found);
    }

    /// <summary>Applies the batch in the buffer, unless its data does not check and nothing vouches for it.</summary>
    private bool Replay(BatchHeader header, bool vouched)
    {
        var what = What(header.Segment, header.Block);
        var records = new RecordReader(BatchHeader.Records(buffer, header.RecordBytes), what);
        var data = buffer.AsSpan(header.HeaderBlocks * Limits.BlockBytes, header.DataBlocks * Limits.BlockBytes);
        segments.ReadAvailable(header.Segment, header.Block + (uint)header.HeaderBlocks, data);
        var at = 0;
        while (records.Next())
            foreach (var crc in records.Crcs)
                if (Crc32C.OfBlock(data.Slice(at++ * Limits.BlockBytes, Limits.BlockBytes)) != crc && !Mutant.ReplayUnchecked)
                {
                    if (!vouched) return false;
                    Damage(records.Disk, $"{what} is damaged: a block of data does not match its checksum.");
                }
        Apply(header, what);
        visited.Add(header.Segment);
        unvouched.Enqueue((header.Sequence, Location.Of(LocationKind.Block, header.Segment, header.Block), header.Blocks));
        var durable = Math.Max(header.DurableSequence, superblock.Durable);
        while (unvouched.TryPeek(out var oldest) && oldest.Sequence <= durable) unvouched.Dequeue();
        Life = Math.Max(Life, header.Life);
        End = new(header.Sequence + 1, header.Segment, header.Block + (uint)header.Blocks);
        return true;
    }

    private void Apply(BatchHeader header, string what)
    {
        var records = new RecordReader(BatchHeader.Records(buffer, header.RecordBytes), what);
        var location = Location.Of(LocationKind.Block, header.Segment, header.Block + (uint)header.HeaderBlocks);
        while (records.Next())
        {
            HasChanges |= records.Kind != RecordKind.MapPages;
            if (records.Kind is RecordKind.Write or RecordKind.Zero or RecordKind.Fill) ApplyData(ref records, location, what);
            else if (records.Kind != RecordKind.MapPages) ApplyChange(records.Change);
            location = location.Plus(records.Crcs.Length);
        }
        state.Freed.Clear(); // What is in use is marked anew behind a recovery.
    }

    private void ApplyData(ref RecordReader record, Location location, string what)
    {
        if (!state.TryGetDisk(record.Disk, out var disk))
        {
            if (FoundDamage) return; // Its creation was in a batch that cannot be read.
            throw new EngineException(EngineFault.Corrupt, $"{what} is damaged: it writes to a disk that does not exist.");
        }
        var blocks = record.Kind == RecordKind.Zero ? record.Blocks : record.Crcs.Length;
        if (record.Lba < 0 || blocks <= 0 || record.Lba > disk.LengthBytes / Limits.BlockBytes - blocks)
            throw new EngineException(EngineFault.Corrupt, $"{what} is damaged: it writes outside the disk '{disk.Name}'.");
        if (record.Kind == RecordKind.Zero) disk.Map.SetZero(record.Lba, blocks, state.EditOf(disk));
        else if (record.Kind == RecordKind.Fill) disk.Map.Fill(record.Lba, location, record.Crcs, state.EditOf(disk));
        else disk.Map.SetBlocks(record.Lba, location, record.Crcs, state.EditOf(disk));
    }

    private void ApplyChange(PoolChange change)
    {
        try { state.Validate(change); }
        catch (EngineException) when (FoundDamage) { return; } // What it builds on was in a batch that cannot be read.
        state.Apply(change);
    }

    /// <summary>At a batch that does not count: true where it was durable and the log goes on behind it; false at the log's end.</summary>
    private bool SkipDamage()
    {
        var vouched = TryFindVoucher(out var next) || End.Sequence <= superblock.Durable;
        if (!vouched || Mutant.DamageTakenForTail) return false;
        FoundDamage = true;
        if (TryReadExpected(out var header) || TryFindNextSegment(out header)) return Replay(header, vouched: true);
        var reason = PoolTable.Cut($"{What(End.Segment, End.Block)} is damaged: batch {End.Sequence} of the log cannot be read.");
        state.Damage ??= reason;
        foreach (var disk in state.Disks()) disk.Damage ??= reason;
        End = next.Life != 0 ? new(next.Sequence, next.Segment, next.Block) : End with { Sequence = Math.Max(End.Sequence, superblock.Durable + 1) };
        return next.Life != 0;
    }

    /// <summary>Looks behind the end for batches that say the expected one was durable; the first found that comes after it is where the log goes on.</summary>
    private bool TryFindVoucher(out BatchHeader next)
    {
        next = default;
        var vouched = false;
        foreach (var number in numbers.Where(number => number >= End.Segment))
        {
            for (var block = number == End.Segment ? End.Block + 1 : 1; block < segments.BlocksPerSegment; block++)
            {
                if (!TryReadBatch(number, block, out var header, isSearch: true) || header.Sequence <= End.Sequence) continue;
                if (next.Life == 0) next = header;
                vouched |= header.DurableSequence >= End.Sequence;
                if (vouched) return true;
                block += (uint)header.Blocks - 1;
            }
        }
        return false;
    }

    /// <summary>Reads the header of a batch into the buffer; false where there is none that checks.</summary>
    /// <remarks>A search meets anything, also what a guest wrote; where a batch is due one of a newer version is the pool's, and must not be taken for the end.</remarks>
    private bool TryReadBatch(uint segment, uint block, out BatchHeader header, bool isSearch = false)
    {
        header = default;
        var first = buffer.AsSpan(0, Limits.BlockBytes);
        segments.ReadAvailable(segment, block, first);
        var headerBlocks = BatchHeader.Peek(first);
        if (headerBlocks == 0) return false;
        var blocks = buffer.AsSpan(0, headerBlocks * Limits.BlockBytes);
        segments.ReadAvailable(segment, block, blocks);
        try { header = BatchHeader.Read(blocks, What(segment, block)); }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt || isSearch && e.Fault == EngineFault.NewerVersion) { return false; }
        return (header.PoolId == superblock.PoolId || Mutant.ForeignBatchReplayed) && header.Segment == segment && header.Block == block && block + header.Blocks <= segments.BlocksPerSegment;
    }

    private void Damage(uint diskId, string reason)
    {
        state.Damage ??= PoolTable.Cut(reason);
        if (state.TryGetDisk(diskId, out var disk)) disk.Damage ??= PoolTable.Cut(reason);
    }

    /// <summary>Gives back what lies behind the log's end. It is never read again, whether this survives a crash or not.</summary>
    private void DropTail()
    {
        foreach (var number in numbers)
            if (number > Math.Max(End.Segment, superblock.SegmentsUsed)) segments.Delete(number);
        if (End.Segment != 0) segments.Get(End.Segment).File.SetLength((Mutant.TailTooShort ? End.Block - 1L : End.Block) * Limits.BlockBytes);
    }

    private string What(uint segment, uint block) => $"The batch at block {block} of '{segments.PathOf(segment)}'";
}
