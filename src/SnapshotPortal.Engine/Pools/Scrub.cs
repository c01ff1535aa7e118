using SnapshotPortal.Engine.Log;
using SnapshotPortal.Engine.Maps;

namespace SnapshotPortal.Engine.Pools;

/// <summary>
/// Reads everything that disks and snapshots have, their maps and the segments' headers, and compares it with the
/// checksums: each block once, however many share it. Before that it finds anew what is in use.
/// </summary>
/// <remarks>
/// It goes through version after version and gathers what it finds until a batch is full, which it then reads in the order of
/// the log. Everything else goes on beside it. So what it reads may have gone out of use, and been given back, since it was
/// gathered: only what a map still names is damaged. And a version may be gone before its turn: what others have of it they
/// have themselves, and are visited for. The work ends because what is taken of a visited disk need not be visited.
/// </remarks>
internal sealed class Scrub(Pool pool, long bytesPerSecond, IProgress<ScrubProgress>? progress, CancellationToken cancel)
{
    private const int BatchBlocksMax = 16_384;
    private const int ReadBlocksMax = 256;
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(10);

    private readonly TimeProvider time = pool.Options.Time;
    private readonly BlockSet met = new(pool.Segments.BlocksPerSegment);
    private readonly List<(StoredBlock Block, IVersion Version)> batch = [];
    private readonly Dictionary<(DamagedPart Part, string Name), List<ScrubDamage>> damage = [];
    private readonly byte[] buffer = new byte[ReadBlocksMax * Limits.BlockBytes];
    private long began;
    private TimeSpan due;
    private long checkedBytes;
    private long totalBytes;

    public async Task<ScrubReport> RunAsync()
    {
        began = time.GetTimestamp();
        long? leakedBytes = null;
        var isComplete = false;
        try
        {
            leakedBytes = MarkLiveness();
            await CheckHeadersAsync();
            foreach (var version in Versions())
                foreach (var block in new StoredBlocks(() => MapOf(version), met.Add).All())
                {
                    batch.Add((block, version));
                    if (batch.Count == BatchBlocksMax) await CheckBatchAsync();
                }
            await CheckBatchAsync();
            isComplete = true;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // What was checked until now counts.
        }
        return new() { Damage = [.. damage.OrderBy(part => part.Key).SelectMany(part => Joined(part.Value))], CheckedBytes = checkedBytes, LeakedBytes = leakedBytes, IsComplete = isComplete };
    }

    private long? MarkLiveness()
    {
        try
        {
            var leakedBytes = pool.MarkLiveness() * Limits.BlockBytes;
            totalBytes = pool.Liveness.LiveBlocks * Limits.BlockBytes;
            return leakedBytes;
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
        {
            return null; // The walk behind it tells where.
        }
    }

    private BlockMap MapOf(IVersion version)
    {
        pool.CheckOpen();
        return version.Map;
    }

    /// <summary>Every disk and snapshot there is, and those that come to be meanwhile, where they may have what their disk had before its visit.</summary>
    private IEnumerable<IVersion> Versions()
    {
        var visited = new HashSet<IVersion>();
        var nextSnapshots = new Dictionary<uint, uint>();
        while (true)
        {
            IVersion[] left = [.. pool.State.Snapshots().Concat<IVersion>(pool.State.Disks()).Where(version => !visited.Contains(version) && !IsCovered(version))];
            if (left.Length == 0) yield break;
            foreach (var version in left)
            {
                visited.Add(version);
                yield return version;
                if (version is PoolDisk disk) nextSnapshots.Add(disk.Id, pool.State.NextSnapshot);
            }
        }

        bool IsCovered(IVersion version) => version is LocalSnapshot snapshot && nextSnapshots.TryGetValue(snapshot.DiskId, out var next) && snapshot.Id >= next;
    }

    private async Task CheckHeadersAsync()
    {
        var segmentsUsed = 0u;
        pool.Log.Control(() => segmentsUsed = pool.Log.SegmentsUsed);
        foreach (var number in pool.Segments.Numbers().Where(number => number <= segmentsUsed))
        {
            pool.CheckOpen();
            // The second look is at the file that has the name then: a segment may be given back or replaced during the first.
            if (IsHeaderDamaged(number) && IsHeaderDamaged(number))
                AddDamage(DamagedPart.Segment, pool.Segments.PathOf(number), 0, Limits.BlockBytes, Location.Of(LocationKind.Block, number, 0));
            await CountAsync(1);
        }
    }

    private bool IsHeaderDamaged(uint number)
    {
        try
        {
            pool.Segments.CheckHeader(number);
            return false;
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt) { return true; }
        catch (EngineException e) when (e.Fault == EngineFault.Missing) { return false; } // What should lie in it is found damaged, if anything.
    }

    private async Task CheckBatchAsync()
    {
        batch.Sort((one, other) => Place(one.Block).CompareTo(Place(other.Block)));
        for (var first = 0; first < batch.Count;)
        {
            var end = first + 1;
            while (end < batch.Count && end - first < ReadBlocksMax && Place(batch[end].Block) == Place(batch[end - 1].Block) + 1) end++;
            CheckRun(first, end);
            await CountAsync(end - first);
            first = end;
        }
        batch.Clear();
    }

    // Segment and block, without the kind.
    private static ulong Place(StoredBlock block) => block.Entry.Location.Value & ((1UL << 56) - 1);

    private void CheckRun(int first, int end)
    {
        pool.CheckOpen();
        var isRead = TryRead(batch[first].Block.Entry.Location, buffer.AsSpan(0, (end - first) * Limits.BlockBytes));
        for (var i = first; i < end; i++)
        {
            var content = buffer.AsSpan((i - first) * Limits.BlockBytes, Limits.BlockBytes);
            if ((!isRead && !TryRead(batch[i].Block.Entry.Location, content)) || Crc32C.OfBlock(content) != batch[i].Block.Entry.Crc) Suspect(batch[i].Block);
        }
    }

    private bool TryRead(Location location, Span<byte> blocks)
    {
        try
        {
            pool.Segments.ReadBlocks(location, blocks);
            return true;
        }
        catch (EngineException e) when (e.Fault is EngineFault.Corrupt or EngineFault.Io)
        {
            return false;
        }
        catch (ObjectDisposedException)
        {
            return false; // A segment that was replaced: each of its blocks is looked for again.
        }
    }

    /// <summary>Names everybody to whom a block is damaged that did not check: whose map names it, and to whom it does not check now either.</summary>
    private void Suspect(StoredBlock block)
    {
        var location = block.Entry.Location;
        if (!pool.Liveness.MayBeLive(location)) return;
        foreach (var version in pool.State.Snapshots().Concat<IVersion>(pool.State.Disks()))
        {
            var now = StoredBlocks.Find(version.Map, block.Lba, block.Level);
            if (now.Location != location || IsWhole(now)) continue;
            var (part, name, lengthBytes) = version switch
            {
                PoolDisk disk => (DamagedPart.Disk, disk.Name, disk.LengthBytes),
                LocalSnapshot snapshot => (snapshot.IsHidden ? DamagedPart.DeletedSnapshot : DamagedPart.Snapshot, snapshot.Name, snapshot.LengthBytes),
                _ => throw new InvalidOperationException("A version is a disk or a snapshot."),
            };
            var offsetBytes = block.Lba * Limits.BlockBytes;
            AddDamage(part, name, offsetBytes, Math.Min(block.Blocks * Limits.BlockBytes, lengthBytes - offsetBytes), location);
        }
    }

    private bool IsWhole(MapEntry entry)
    {
        var content = new byte[Limits.BlockBytes];
        return TryRead(entry.Location, content) && Crc32C.OfBlock(content) == entry.Crc;
    }

    private void AddDamage(DamagedPart part, string name, long offsetBytes, long lengthBytes, Location location)
    {
        if (!damage.TryGetValue((part, name), out var found)) damage.Add((part, name), found = []);
        found.Add(new(part, name, offsetBytes, lengthBytes, $"block {location.Block} of '{pool.Segments.PathOf(location.Segment)}'"));
    }

    private static List<ScrubDamage> Joined(List<ScrubDamage> found)
    {
        var joined = new List<ScrubDamage>();
        foreach (var next in found.OrderBy(range => range.OffsetBytes))
        {
            if (joined is [.., var last] && last.OffsetBytes + last.LengthBytes >= next.OffsetBytes)
                joined[^1] = last with { LengthBytes = Math.Max(last.LengthBytes, next.OffsetBytes + next.LengthBytes - last.OffsetBytes) };
            else
                joined.Add(next);
        }
        return joined;
    }

    /// <summary>Counts what was read, and waits where that was faster than allowed.</summary>
    private async Task CountAsync(int blocks)
    {
        cancel.ThrowIfCancellationRequested();
        checkedBytes += (long)blocks * Limits.BlockBytes;
        progress?.Report(new(checkedBytes, totalBytes));
        if (bytesPerSecond == 0) return;
        // What a slow medium has held up is not made up for.
        var elapsed = time.GetElapsedTime(began);
        due = (due > elapsed ? due : elapsed) + TimeSpan.FromSeconds((double)blocks * Limits.BlockBytes / bytesPerSecond);
        if (due - elapsed >= PauseMin) await Task.Delay(due - elapsed, time, cancel);
    }
}
