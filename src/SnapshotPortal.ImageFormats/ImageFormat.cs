namespace SnapshotPortal.ImageFormats;

/// <summary>A format of disk images.</summary>
/// <param name="Name">What people and programs call it: <c>qcow2</c>.</param>
/// <param name="Extension">How its files' names end, with the dot.</param>
/// <param name="QemuName">What qemu-img calls it; null for those that need no qemu-img.</param>
/// <param name="CanImport">Whether images of it can be read.</param>
/// <param name="CanExport">Whether images of it can be written.</param>
public sealed record ImageFormat(string Name, string Extension, string? QemuName, bool CanImport, bool CanExport)
{
    /// <summary>The disk's bytes, one after another.</summary>
    public static readonly ImageFormat Raw = new("raw", ".raw", null, CanImport: true, CanExport: true);

    /// <summary>The same in frames of zstd: zeroes take next to nothing.</summary>
    public static readonly ImageFormat RawZstd = new("raw.zst", ".raw.zst", null, CanImport: false, CanExport: true);

    /// <summary>QEMU's own.</summary>
    public static readonly ImageFormat Qcow2 = new("qcow2", ".qcow2", "qcow2", CanImport: true, CanExport: true);

    /// <summary>Of Virtual PC and Azure.</summary>
    public static readonly ImageFormat Vhd = new("vhd", ".vhd", "vpc", CanImport: true, CanExport: false);

    /// <summary>Of Hyper-V.</summary>
    public static readonly ImageFormat Vhdx = new("vhdx", ".vhdx", "vhdx", CanImport: true, CanExport: false);

    /// <summary>Of VMware.</summary>
    public static readonly ImageFormat Vmdk = new("vmdk", ".vmdk", "vmdk", CanImport: true, CanExport: false);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ImageFormat> All { get; } = [Raw, RawZstd, Qcow2, Vhd, Vhdx, Vmdk];

    /// <summary>The format of a name, or null.</summary>
    public static ImageFormat? Find(string name) => All.FirstOrDefault(format => format.Name == name);
}
