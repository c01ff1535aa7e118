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

    public static IEnumerable<Extent> Extents(BlockMap map, long offsetBytes, long lengthBytes)
    {
        var endBytes = offsetBytes + lengthBytes;
        var endLba = (endBytes + Limits.BlockBytes - 1) / Limits.BlockBytes;
        return MapRun.AsExtents(new MapWalk(map, offsetBytes / Limits.BlockBytes, endLba, 0).Runs(), offsetBytes, endBytes, withHoles: true);
    }
}
