using System.Collections.Concurrent;
using System.Globalization;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Maps;

namespace SnapshotPortal.Engine.Log;

/// <summary>The segment files of a pool, opened when first needed. Thread-safe.</summary>
internal sealed class SegmentFiles(IFileSystem files, string directory, Guid poolId, long segmentBytes) : IDisposable
{
    private const string Prefix = "segment-";
    private readonly ConcurrentDictionary<uint, IFile> open = [];

    public uint BlocksPerSegment { get; } = (uint)(segmentBytes / Limits.BlockBytes);

    /// <summary>The numbers of all segments in a directory, ascending.</summary>
    public static uint[] Numbers(IFileSystem files, string directory) =>
        [.. from name in files.List(directory)
            where name.StartsWith(Prefix, StringComparison.Ordinal) && name.Length == Prefix.Length + 8
            select uint.Parse(name.AsSpan(Prefix.Length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture)];

    public uint[] Numbers() => Numbers(files, directory);

    /// <summary>Makes a segment and reserves its space. Its name survives a crash once the directory is synced.</summary>
    public IFile Create(uint number, uint life, ulong firstSequence)
    {
        var file = files.Create(PathOf(number));
        try
        {
            file.Allocate(segmentBytes);
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
        open[number] = file;
        return file;
    }

    /// <summary>An existing segment; one that is missing is damage.</summary>
    public IFile Get(uint number) => open.TryGetValue(number, out var file) ? file : Open(number);

    /// <summary>Reads one block and compares its checksum.</summary>
    public void ReadChecked(MapEntry entry, Span<byte> block)
    {
        ReadBlocks(entry.Location, block);
        if (Crc32C.OfBlock(block) != entry.Crc) throw Damaged(entry.Location);
    }

    /// <summary>Reads consecutive blocks without comparing anything.</summary>
    public void ReadBlocks(Location location, Span<byte> blocks)
    {
        var read = Get(location.Segment).Read((long)location.Block * Limits.BlockBytes, blocks);
        if (read < blocks.Length) throw Damaged(location.Plus(read / Limits.BlockBytes));
    }

    /// <summary>Reads consecutive blocks; what lies behind the file's end reads as zeroes.</summary>
    public void ReadAvailable(uint segment, uint block, Span<byte> blocks)
    {
        var read = Get(segment).Read((long)block * Limits.BlockBytes, blocks);
        blocks[read..].Clear();
    }

    /// <summary>The error for a block that does not check; of a disk's block also where it lies on the disk.</summary>
    public EngineException Damaged(Location location, long? lba = null) => new(
        EngineFault.Corrupt,
        $"{(lba is null ? "A page of the map" : $"The disk's block at byte {lba * Limits.BlockBytes}")} is damaged: block {location.Block} of '{PathOf(location.Segment)}' does not match its checksum.");

    public void Delete(uint number)
    {
        if (open.TryRemove(number, out var file)) file.Dispose();
        files.Delete(PathOf(number));
    }

    public void SyncDirectory() => files.SyncDirectory(directory);

    public void Dispose()
    {
        foreach (var file in open.Values) file.Dispose();
        open.Clear();
    }

    public string PathOf(uint number) => $"{directory}/{Prefix}{number:x8}";

    private IFile Open(uint number)
    {
        lock (open)
        {
            if (open.TryGetValue(number, out var file)) return file;
            try { return open[number] = files.Open(PathOf(number)); }
            catch (EngineException e) when (e.Fault == EngineFault.Missing)
            {
                throw new EngineException(EngineFault.Corrupt, $"'{PathOf(number)}' is missing. Restore it from a backup of the pool's directory.", e);
            }
        }
    }
}
