using SnapshotPortal.Engine.Maps;

namespace SnapshotPortal.Engine.Pools;

/// <summary>What disks and snapshots of a pool do alike with a range of bytes.</summary>
internal static class DeviceRange
{
    public static void Check(long deviceBytes, long offsetBytes, long lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        if (offsetBytes > deviceBytes - lengthBytes)
            throw new ArgumentOutOfRangeException(nameof(offsetBytes), offsetBytes, $"The range of {lengthBytes} bytes ends behind the device's {deviceBytes} bytes.");
    }

    /// <summary>What the range holds by the map, which is asked for as it is now.</summary>
    public static IEnumerable<Extent> Extents(Func<BlockMap> map, long offsetBytes, long lengthBytes)
    {
        var endBytes = offsetBytes + lengthBytes;
        var endLba = (endBytes + Limits.BlockBytes - 1) / Limits.BlockBytes;
        var under = map().Base;
        var extents = MapRun.AsExtents(Runs(map, offsetBytes / Limits.BlockBytes, endLba), offsetBytes, endBytes, withHoles: true);
        return under is null ? extents : Joined(extents.SelectMany(extent => extent.Kind == ExtentKind.Hole ? OfBase(under, extent) : [extent]));
    }

    /// <summary>What is absent as the base has it; as stored bytes while the base is not at hand.</summary>
    private static IEnumerable<Extent> OfBase(MapBase under, Extent hole)
    {
        var end = Math.Clamp(under.LengthBytes, hole.OffsetBytes, hole.EndBytes);
        var held = hole with { LengthBytes = end - hole.OffsetBytes, Kind = ExtentKind.Data };
        if (held.LengthBytes > 0)
            foreach (var extent in under.Content?.Extents(held.OffsetBytes, held.LengthBytes) ?? [held]) yield return extent;
        if (hole.EndBytes > end) yield return new(end, hole.EndBytes - end, ExtentKind.Hole);
    }

    private static IEnumerable<Extent> Joined(IEnumerable<Extent> extents)
    {
        Extent? open = null;
        foreach (var extent in extents)
        {
            if (open is { } before && before.Kind == extent.Kind)
            {
                open = before with { LengthBytes = extent.EndBytes - before.OffsetBytes };
                continue;
            }
            if (open is { } done) yield return done;
            open = extent;
        }
        if (open is { } last) yield return last;
    }

    // A page that the walk comes to late may be out of use and given back: as a reader does, it then looks again, from there on.
    private static IEnumerable<MapRun> Runs(Func<BlockMap> map, long lba, long endLba)
    {
        for (var failed = default(Location); ;)
        {
            using var runs = new MapWalk(map(), lba, endLba, 0).Runs().GetEnumerator();
            while (true)
            {
                bool? hasNext = null;
                try
                {
                    hasNext = runs.MoveNext();
                }
                catch (EngineException e) when (e.Fault == EngineFault.Corrupt && e.Location != failed && e.Location != default)
                {
                    failed = e.Location;
                }
                catch (ObjectDisposedException)
                {
                    // A segment that was replaced; the next look finds the one in its place.
                }
                if (hasNext is null) break;
                if (hasNext == false) yield break;
                lba = runs.Current.Lba + runs.Current.Blocks;
                yield return runs.Current;
            }
        }
    }
}
