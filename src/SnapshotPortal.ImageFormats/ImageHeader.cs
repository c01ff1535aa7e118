using System.Buffers.Binary;

namespace SnapshotPortal.ImageFormats;

/// <summary>
/// The first bytes of an image, looked at before any other program opens it: an image that names other files could have the
/// server read them, so it is refused.
/// </summary>
/// <remarks>
/// qcow2: QEMU, docs/interop/qcow2.txt, "Header". VHD: Virtual Hard Disk Image Format Specification, "Hard Disk Footer Format".
/// VHDX: [MS-VHDX] 2.2.1. VMDK: Virtual Disk Format 5.0, "Hosted Sparse Extent Header".
/// </remarks>
internal static class ImageHeader
{
    private const int HeaderBytes = 512, FooterBytes = 512;
    private const uint ExternalData = 1 << 2;

    /// <summary>Refuses what is not an image of the format, or is one that leads to other files.</summary>
    public static void Check(string path, ImageFormat format)
    {
        Span<byte> head = stackalloc byte[HeaderBytes], foot = stackalloc byte[FooterBytes];
        head.Clear();
        foot.Clear();
        using (var file = File.OpenHandle(path))
        {
            RandomAccess.Read(file, head, 0);
            if (RandomAccess.GetLength(file) >= FooterBytes) RandomAccess.Read(file, foot, RandomAccess.GetLength(file) - FooterBytes);
        }

        if (format == ImageFormat.Qcow2) CheckQcow2(head);
        else if (format == ImageFormat.Vhd) CheckVhd(foot);
        else if (format == ImageFormat.Vhdx) Require(head.StartsWith("vhdxfile"u8), "is not a VHDX image: it does not begin with 'vhdxfile'");
        else if (format == ImageFormat.Vmdk) CheckVmdk(head);
    }

    private static void CheckQcow2(ReadOnlySpan<byte> head)
    {
        Require(head.StartsWith("QFI\xfb"u8[..3]) && head[3] == 0xfb, "is not a qcow2 image: it does not begin with 'QFI'");
        var version = BinaryPrimitives.ReadUInt32BigEndian(head[4..]);
        Require(version is 2 or 3, $"is a qcow2 image of version {version}; 2 and 3 are accepted");
        Require(BinaryPrimitives.ReadUInt64BigEndian(head[8..]) == 0, "needs another image, its backing file. Make one image of both with 'qemu-img convert -O qcow2'");
        Require(BinaryPrimitives.ReadUInt32BigEndian(head[32..]) == 0, "is encrypted. Decrypt it with 'qemu-img convert' first");
        Require(version == 2 || (BinaryPrimitives.ReadUInt64BigEndian(head[72..]) & ExternalData) == 0, "keeps its data in another file. Make one image of both with 'qemu-img convert -O qcow2'");
    }

    private static void CheckVhd(ReadOnlySpan<byte> foot)
    {
        const uint fixedSize = 2, dynamic = 3;
        Require(foot.StartsWith("conectix"u8), "is not a VHD image: it does not end with a footer 'conectix'");
        Require(BinaryPrimitives.ReadUInt32BigEndian(foot[60..]) is fixedSize or dynamic, "needs another image, its parent. Merge both first");
    }

    private static void CheckVmdk(ReadOnlySpan<byte> head)
    {
        Require(!head.StartsWith("# Disk"u8), "is only the description of a VMDK image: its data stand in other files. Convert it to one file with 'qemu-img convert -O vmdk'");
        Require(head.StartsWith("KDMV"u8), "is not a VMDK image of one file: it does not begin with 'KDMV'");
        Require(BinaryPrimitives.ReadUInt64LittleEndian(head[12..]) != 0, "describes a VMDK image whose data stand in other files. Convert it to one file with 'qemu-img convert -O vmdk'");
    }

    private static void Require(bool isSo, string otherwise)
    {
        if (!isSo) throw new ImageException(ImageFault.Refused, $"The file {otherwise}.");
    }
}
