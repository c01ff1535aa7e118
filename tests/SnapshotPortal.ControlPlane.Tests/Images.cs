namespace SnapshotPortal.ControlPlane.Tests;

/// <summary>Contents of disks.</summary>
internal static class Images
{
    /// <summary>Bytes that do not compress and differ by seed.</summary>
    public static byte[] Random(int seed, int lengthBytes)
    {
        var bytes = new byte[lengthBytes];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>The same image with other bytes in one place.</summary>
    public static byte[] With(this byte[] image, int offset, byte[] bytes)
    {
        var changed = image.ToArray();
        bytes.CopyTo(changed, offset);
        return changed;
    }
}
