using System.Net.Sockets;
using SnapshotPortal.Engine;
using SnapshotPortal.Nbd;

namespace SnapshotPortal.ImageFormats;

/// <summary>Copies images into devices and devices into images.</summary>
/// <remarks>
/// qemu-img sees a device as an export of an NBD server that is there for it alone, on a socket in a directory that only this
/// user can enter. It reads one file and writes one place.
/// </remarks>
public static class ImageConversion
{
    private const string ExportName = "disk";

    /// <summary>
    /// Copies an image of one file over a device from its first byte on; what lies behind the image's end stays. Nothing is written
    /// where the image is refused or does not fit.
    /// </summary>
    /// <param name="path">The image.</param>
    /// <param name="format">Its format, said and not guessed; one that qemu-img reads.</param>
    /// <param name="target">What is written.</param>
    /// <param name="progress">Told how many bytes of the image's disk are done, of how many.</param>
    /// <param name="cancel">Ends the copy; what is written stays.</param>
    /// <exception cref="ImageException">The image is refused, too large, or cannot be read.</exception>
    public static async Task ImportAsync(string path, ImageFormat format, IBlockDevice target, Action<long, long> progress, CancellationToken cancel)
    {
        var sizeBytes = await SizeAsync(path, format, cancel);
        if (sizeBytes > target.LengthBytes)
            throw new ImageException(ImageFault.TooLarge, $"The image is of a disk of {sizeBytes} bytes; this disk has {target.LengthBytes}. Use a disk of at least {(sizeBytes + (1 << 30) - 1) >> 30} GiB.");
        await ServedAsync(new Head(target, sizeBytes), isReadOnly: false, uri =>
            QemuImg.ConvertAsync(path, format.QemuName!, uri, "raw", exists: true, [], percent => progress((long)(sizeBytes * percent / 100), sizeBytes), cancel));
        target.Flush();
    }

    /// <summary>The size of the disk in an image, in bytes, after its header was looked at.</summary>
    /// <exception cref="ImageException">The image is refused or cannot be read.</exception>
    public static Task<long> SizeAsync(string path, ImageFormat format, CancellationToken cancel)
    {
        ImageHeader.Check(path, format);
        return QemuImg.VirtualSizeAsync(path, format, cancel);
    }

    /// <summary>Makes an image file of a device's content, which must not change meanwhile.</summary>
    /// <exception cref="ImageException">It cannot be made; the file is gone then.</exception>
    public static async Task ExportAsync(IBlockDevice content, string path, ImageFormat format, Action<long, long> progress, CancellationToken cancel)
    {
        try
        {
            await ServedAsync(content, isReadOnly: true, uri => QemuImg.ConvertAsync(
                uri, "raw", path, format.QemuName!, exists: false, ["-c", "-o", "compression_type=zstd"], percent => progress((long)(content.LengthBytes * percent / 100), content.LengthBytes), cancel));
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    private static async Task ServedAsync(IBlockDevice device, bool isReadOnly, Func<string, Task> use)
    {
        var directory = Directory.CreateTempSubdirectory("image-");
        try
        {
            var socket = Path.Combine(directory.FullName, "nbd");
            await using var server = new NbdServer(new OneExport(new Export { Name = ExportName, Device = device, IsReadOnly = isReadOnly }), new NbdOptions());
            server.Listen(new UnixDomainSocketEndPoint(socket));
            await use($"nbd+unix:///{ExportName}?socket={socket}");
        }
        finally { directory.Delete(recursive: true); }
    }

    private sealed class OneExport(Export export) : IExportCatalog
    {
        public Export? Find(string name, NbdPeer peer) => name == export.Name ? export : null;
    }

    /// <summary>As much of a device as an image covers: qemu-img would take zeroes to the end of a longer one.</summary>
    private sealed class Head(IBlockDevice whole, long lengthBytes) : IBlockDevice
    {
        public long LengthBytes => lengthBytes;

        public bool IsReadOnly => whole.IsReadOnly;

        public void Read(long offsetBytes, Span<byte> destination) => whole.Read(offsetBytes, destination);

        public void Write(long offsetBytes, ReadOnlySpan<byte> source) => whole.Write(offsetBytes, source);

        public void WriteZeroes(long offsetBytes, long lengthBytes) => whole.WriteZeroes(offsetBytes, lengthBytes);

        public void Trim(long offsetBytes, long lengthBytes) => whole.Trim(offsetBytes, lengthBytes);

        public void Flush() => whole.Flush();

        public IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes) => whole.Extents(offsetBytes, lengthBytes);
    }
}
