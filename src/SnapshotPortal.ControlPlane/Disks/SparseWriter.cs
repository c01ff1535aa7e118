using SnapshotPortal.Engine;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Writes content so that sparse images stay sparse: blocks of zeroes take no space, and where the disk has nothing they are not even a change.</summary>
internal static class SparseWriter
{
    public static void Write(IBlockDevice device, long offsetBytes, ReadOnlySpan<byte> content)
    {
        for (var start = 0; start < content.Length;)
        {
            var zeroes = IsZero(BlockAt(content, start));
            var end = start;
            do end += BlockAt(content, end).Length;
            while (end < content.Length && IsZero(BlockAt(content, end)) == zeroes);
            if (zeroes) Clear(device, offsetBytes + start, end - start);
            else device.Write(offsetBytes + start, content[start..end]);
            start = end;
        }
    }

    private static void Clear(IBlockDevice device, long offsetBytes, long lengthBytes)
    {
        foreach (var extent in device.Extents(offsetBytes, lengthBytes).ToList())
        {
            if (extent.Kind == ExtentKind.Data) device.WriteZeroes(extent.OffsetBytes, extent.LengthBytes);
        }
    }

    private static ReadOnlySpan<byte> BlockAt(ReadOnlySpan<byte> content, int offset) => content.Slice(offset, Math.Min(Limits.BlockBytes, content.Length - offset));

    private static bool IsZero(ReadOnlySpan<byte> block) => !block.ContainsAnyExcept((byte)0);
}
