using System.Collections.Concurrent;
using System.Globalization;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Maps;

namespace SnapshotPortal.Engine.Log;

/// <summary>The segment files of a pool, opened when first needed. Thread-safe.</summary>
internal sealed class SegmentFiles(IFileSystem files, string directory, Guid poolId, long segmentBytes) : IDisposable
{
    private const string Prefix = "segment-";
    private const string DenseSuffix = ".dense";
    private readonly ConcurrentDictionary<uint, Segment> open = [];

    private readonly Lock spareGuard = new();
    private (uint Number, IFile File)? spare;

    // Replaced and deleted ones: a reader may still be at them.
    private readonly ConcurrentQueue<Segment> retired = [];

    public long SegmentBytes => segmentBytes;

    public uint BlocksPerSegment { get; } = (uint)(segmentBytes / Limits.BlockBytes);

    /// <summary>The numbers of all segments in a directory, ascending.</summary>
    public static uint[] Numbers(IFileSystem files, string directory) =>
        [.. from name in files.List(directory)
            where name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length == Prefix.Length + 8
            select uint.Parse(name.AsSpan(Prefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)];

    public uint[] Numbers() => Numbers(files, directory);

    public static bool IsSegment(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>What a segment takes in its file system.</summary>
    public long AllocatedBytes(uint number) => files.AllocatedBytes(PathOf(number));

    /// <summary>What all segments take.</summary>
    public long AllocatedBytes()
    {
        var bytes = 0L;
        foreach (var number in Numbers())
        {
            try { bytes += AllocatedBytes(number); }
            catch (EngineException e) when (e.Fault == EngineFault.Missing) { } // Deleted meanwhile.
        }
        return bytes;
    }

    /// <summary>Makes a segment, of the spare where there is one. Its name survives a crash once the directory is synced.</summary>
    public IFile Create(uint number, uint life, ulong firstSequence)
    {
        lock (spareGuard)
        {
            var file = spare is { } made && made.Number == number ? made.File : Allocated(number);
            spare = null;
            try
            {
                Span<byte> block = stackalloc byte[Limits.BlockBytes];
                new SegmentHeader(poolId, number, life, firstSequence, segmentBytes).Write(block);
                file.Write(0, block);
            }
            catch (EngineException)
            {
                file.Dispose();
                files.Delete(PathOf(number));
                throw;
            }
            open[number] = new(file);
            return file;
        }
    }

    /// <summary>
    /// Allocates the segment that comes next, so that no writer waits for it; false where room is short: an attempt that fails
    /// half-way would take even the last of it from others for a moment. Whoever needs the segment is told so then.
    /// </summary>
    public bool PrepareSpare(uint number)
    {
        lock (spareGuard)
        {
            if (spare is not null || open.ContainsKey(number)) return true;
            if (files.FreeBytes(directory) < 2 * segmentBytes) return false;
            try { spare = (number, Allocated(number)); }
            catch (EngineException e) when (e.Fault == EngineFault.Full) { return false; }
            return true;
        }
    }

    /// <summary>Gives back the spare, where nobody writes any more.</summary>
    public void DropSpare()
    {
        lock (spareGuard)
        {
            if (spare is not { } unused) return;
            unused.File.Dispose();
            files.Delete(PathOf(unused.Number));
            spare = null;
        }
    }

    private IFile Allocated(uint number)
    {
        files.Delete(PathOf(number)); // Left by an attempt that found no room, not even for deleting it again.
        var file = files.Create(PathOf(number));
        try
        {
            file.Allocate(segmentBytes);
            return file;
        }
        catch (EngineException)
        {
            file.Dispose();
            files.Delete(PathOf(number));
            throw;
        }
    }

    /// <summary>An existing segment; one that is missing is damage.</summary>
    public Segment Get(uint number) => open.TryGetValue(number, out var segment) ? segment : Open(number);

    /// <summary>Reads one block and compares its checksum.</summary>
    public void ReadChecked(MapEntry entry, Span<byte> block)
    {
        Segment segment;
        do
        {
            segment = Get(entry.Location.Segment);
            if (segment.Read(entry.Location.Block, block) == block.Length && (Crc32C.OfBlock(block) == entry.Crc || Mutant.PageUnchecked)) return;
        }
        while (segment.IsRetired); // Then another stands in its place.
        throw Damaged(entry.Location);
    }

    /// <summary>Reads consecutive blocks without comparing anything.</summary>
    public void ReadBlocks(Location location, Span<byte> blocks)
    {
        Segment segment;
        int read;
        do
        {
            segment = Get(location.Segment);
            read = segment.Read(location.Block, blocks);
            if (read == blocks.Length) return;
        }
        while (segment.IsRetired);
        throw Damaged(location.Plus(read / Limits.BlockBytes));
    }

    /// <summary>Reads consecutive blocks; what lies behind the file's end reads as zeroes.</summary>
    public void ReadAvailable(uint segment, uint block, Span<byte> blocks)
    {
        var read = Get(segment).Read(block, blocks);
        blocks[read..].Clear();
    }

    /// <summary>Reads a segment's header from its file and compares it; <see cref="EngineFault.Corrupt"/> where it does not check.</summary>
    public void CheckHeader(uint number)
    {
        var what = $"'{PathOf(number)}'";
        using var segment = Segment.Open(files.Open(PathOf(number)), poolId, number, BlocksPerSegment, what);
        if (segment.IsDense) return;
        Span<byte> block = stackalloc byte[Limits.BlockBytes];
        segment.Read(0, block);
        var header = SegmentHeader.Read(block, what);
        if (header.PoolId != poolId || header.Number != number) throw new EngineException(EngineFault.Corrupt, $"{what} is damaged: its header is of another segment.");
    }

    /// <summary>The error for a block that does not check; of a disk's block also where it lies on the disk.</summary>
    public EngineException Damaged(Location location, long? lba = null) => new(
        EngineFault.Corrupt,
        $"{(lba is null ? "A page of the map" : $"The disk's block at byte {lba * Limits.BlockBytes}")} is damaged: block {location.Block} of '{PathOf(location.Segment)}' does not match its checksum.")
    { Location = location };

    public void Delete(uint number)
    {
        files.Delete(PathOf(number));
        if (open.TryRemove(number, out var segment)) Retire(segment);
    }

    /// <summary>Puts a dense segment of these blocks in place of a segment; false where one of them cannot be read.</summary>
    public bool Densify(uint number, ulong[] live)
    {
        var temporary = PathOf(number) + DenseSuffix;
        files.Delete(temporary);
        var file = files.Create(temporary);
        try
        {
            var header = Segment.DenseHeader(poolId, number, BlocksPerSegment, live);
            file.Write(0, header);
            if (!CopyLive(Get(number), live, file, header.Length))
            {
                file.Dispose();
                files.Delete(temporary);
                return false;
            }
            if (!Mutant.DenseNamedBeforeSync) file.Sync();
        }
        catch (EngineException)
        {
            file.Dispose();
            files.Delete(temporary);
            throw;
        }
        files.SyncDirectory(directory);
        files.Rename(temporary, PathOf(number));
        files.SyncDirectory(directory);
        var dense = Segment.Open(file, poolId, number, BlocksPerSegment, $"'{PathOf(number)}'");
        var replaced = open.TryGetValue(number, out var old);
        open[number] = dense;
        if (replaced) Retire(old!);
        return true;
    }

    // Its space is given back now, not once it is closed: a late reader finds nothing and looks again.
    private void Retire(Segment segment)
    {
        segment.Retire();
        retired.Enqueue(segment);
    }

    /// <summary>Closes what was replaced or deleted before the last call but one: nobody is reading it any more.</summary>
    public void CloseRetired(int keep)
    {
        while (retired.Count > keep && retired.TryDequeue(out var segment)) segment.Dispose();
    }

    /// <summary>Deletes what an interrupted <see cref="Densify"/> left.</summary>
    public void DropTemporaries()
    {
        foreach (var name in files.List(directory))
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(DenseSuffix, StringComparison.Ordinal)) files.Delete($"{directory}/{name}");
    }

    private static bool CopyLive(Segment from, ulong[] live, IFile to, long offsetBytes)
    {
        var buffer = new byte[128 * Limits.BlockBytes];
        var filled = 0;
        for (var (block, end) = NextRun(live, 0); block < end; (block, end) = NextRun(live, end))
            for (var at = block; at < end;)
            {
                var blocks = buffer.AsSpan(filled, Math.Min((end - at) * Limits.BlockBytes, buffer.Length - filled));
                if (from.Read((uint)at, blocks) < blocks.Length) return false;
                filled += blocks.Length;
                at += blocks.Length / Limits.BlockBytes;
                if (filled == buffer.Length) WriteFilled();
            }
        WriteFilled();
        return true;

        void WriteFilled()
        {
            to.Write(offsetBytes, buffer.AsSpan(0, filled));
            (offsetBytes, filled) = (offsetBytes + filled, 0);
        }
    }

    /// <summary>The next run of set bits from a place on; empty behind the last.</summary>
    internal static (int From, int To) NextRun(ulong[] bits, int from)
    {
        var count = bits.Length * 64;
        while (from < count && (bits[from / 64] >> from % 64 & 1) == 0) from++;
        var to = from;
        while (to < count && (bits[to / 64] >> to % 64 & 1) != 0) to++;
        return (from, to);
    }

    public void SyncDirectory() => files.SyncDirectory(directory);

    public void Dispose()
    {
        spare?.File.Dispose();
        foreach (var segment in open.Values) segment.Dispose();
        open.Clear();
        CloseRetired(keep: 0);
    }

    public string PathOf(uint number) => $"{directory}/{Prefix}{number:x8}";

    private Segment Open(uint number)
    {
        lock (open)
        {
            if (open.TryGetValue(number, out var segment)) return segment;
            try
            {
                return open[number] = Segment.Open(files.Open(PathOf(number)), poolId, number, BlocksPerSegment, $"'{PathOf(number)}'");
            }
            catch (EngineException e) when (e.Fault == EngineFault.Missing)
            {
                throw new EngineException(EngineFault.Corrupt, $"'{PathOf(number)}' is missing. Restore it from a backup of the pool's directory.", e) { Location = Location.Of(LocationKind.Block, number, 0) };
            }
        }
    }
}
