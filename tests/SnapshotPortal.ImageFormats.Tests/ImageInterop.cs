using System.Diagnostics;
using System.Security.Cryptography;
using SnapshotPortal.Engine;
using SnapshotPortal.Testing;

namespace SnapshotPortal.ImageFormats.Tests;

/// <summary>Images made and read by other programs.</summary>
public sealed class ImageInterop : IDisposable
{
    private const int DiskBytes = 24 << 20;
    private readonly string directory = Directory.CreateTempSubdirectory("images-").FullName;

    public static TheoryData<string, string> Imported => new() { { "qcow2", "" }, { "vhd", "subformat=dynamic,force_size" }, { "vhdx", "" }, { "vmdk", "subformat=streamOptimized" }, { "vmdk", "" } };

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Theory]
    [MemberData(nameof(Imported))]
    public async Task What_qemu_img_makes_of_a_raw_image_comes_into_a_disk_bit_for_bit(string name, string options)
    {
        var content = Content();
        File.WriteAllBytes(In("raw"), content);
        var format = ImageFormat.Find(name)!;
        Run("qemu-img", ["convert", "-f", "raw", "-O", format.QemuName!, .. options.Length == 0 ? (string[])[] : ["-o", options], In("raw"), In("image")]);
        var disk = new MemoryBlockDevice(DiskBytes + Limits.BlockBytes);
        disk.Write(DiskBytes, [42]);
        var last = (Done: 0L, Total: 0L);

        await ImageConversion.ImportAsync(In("image"), format, disk, (done, total) => last = (done, total), CancellationToken.None);

        var found = new byte[DiskBytes + 1];
        disk.Read(0, found);
        Assert.Equal([.. SHA256.HashData(content), 42], [.. SHA256.HashData(found.AsSpan(0, DiskBytes)), found[DiskBytes]]);
        Assert.Equal((DiskBytes, DiskBytes), last);
    }

    [Fact]
    public async Task A_qcow2_image_of_a_disk_is_sound_and_holds_its_content()
    {
        var disk = Disk();
        await ImageConversion.ExportAsync(disk, In("image"), ImageFormat.Qcow2, (_, _) => { }, CancellationToken.None);
        Run("qemu-img", ["check", "-f", "qcow2", In("image")]);
        File.WriteAllBytes(In("raw"), Content());
        Run("qemu-img", ["compare", "-f", "raw", "-F", "qcow2", In("raw"), In("image")]);
        Assert.InRange(new FileInfo(In("image")).Length, 1, DiskBytes / 2);
    }

    [Fact]
    public void A_compressed_raw_image_is_read_by_zstd()
    {
        using (var stream = new ZstdStream(Disk()))
        using (var file = File.Create(In("raw.zst")))
            stream.CopyTo(file);
        Run("zstd", ["-d", "-q", In("raw.zst"), "-o", In("raw")]);
        Assert.Equal(SHA256.HashData(Content()), SHA256.HashData(File.ReadAllBytes(In("raw"))));
    }

    [Fact]
    public async Task An_image_that_needs_another_file_is_refused_before_anybody_opens_it()
    {
        File.WriteAllBytes(In("raw"), Content());
        Run("qemu-img", ["create", "-q", "-f", "qcow2", "-b", In("raw"), "-F", "raw", In("overlay")]);
        Run("qemu-img", ["create", "-q", "-f", "qcow2", "-o", $"data_file={In("data")},data_file_raw=on", In("outside"), "8M"]);
        Run("qemu-img", ["create", "-q", "-f", "vmdk", "-o", "subformat=monolithicFlat", In("flat.vmdk"), "8M"]);
        await RefusedAsync(In("overlay"), ImageFormat.Qcow2, "backing file");
        await RefusedAsync(In("outside"), ImageFormat.Qcow2, "another file");
        await RefusedAsync(In("flat.vmdk"), ImageFormat.Vmdk, "other files");
        await RefusedAsync(In("raw"), ImageFormat.Qcow2, "is not a qcow2 image");
        await RefusedAsync(In("raw"), ImageFormat.Vhd, "is not a VHD image");
        await RefusedAsync(In("raw"), ImageFormat.Vhdx, "is not a VHDX image");
    }

    [Fact]
    public async Task An_image_of_a_larger_disk_writes_nothing()
    {
        Run("qemu-img", ["create", "-q", "-f", "qcow2", In("image"), "1G"]);
        var disk = Disk();
        var refused = await Assert.ThrowsAsync<ImageException>(() => ImageConversion.ImportAsync(In("image"), ImageFormat.Qcow2, disk, (_, _) => { }, CancellationToken.None));
        Assert.Equal(ImageFault.TooLarge, refused.Fault);
        var found = new byte[DiskBytes];
        disk.Read(0, found);
        Assert.Equal(SHA256.HashData(Content()), SHA256.HashData(found));
    }

    [Fact]
    public async Task Whatever_bits_of_an_image_are_turned_it_is_read_or_refused()
    {
        File.WriteAllBytes(In("raw"), Content());
        Run("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", In("raw"), In("image")]);
        var image = await File.ReadAllBytesAsync(In("image"));
        for (var seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            var broken = image.ToArray();
            for (var i = 0; i < 16; i++) broken[random.Next(4, 1 << (9 + seed))] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(In("broken"), broken);
            try { await ImageConversion.ImportAsync(In("broken"), ImageFormat.Qcow2, new MemoryBlockDevice(DiskBytes), (_, _) => { }, CancellationToken.None); }
            catch (ImageException e) { Assert.NotEqual(ImageFault.ToolMissing, e.Fault); }
        }
    }

    private static async Task RefusedAsync(string path, ImageFormat format, string because)
    {
        var refused = await Assert.ThrowsAsync<ImageException>(() => ImageConversion.SizeAsync(path, format, CancellationToken.None));
        Assert.Equal(ImageFault.Refused, refused.Fault);
        Assert.Contains(because, refused.Message, StringComparison.Ordinal);
    }

    private static MemoryBlockDevice Disk()
    {
        var disk = new MemoryBlockDevice(DiskBytes);
        var content = Content();
        disk.Write(0, content.AsSpan(0, DiskBytes / 3));
        disk.Write(DiskBytes - 4096, content.AsSpan(DiskBytes - 4096));
        return disk;
    }

    /// <summary>A third of noise, a long run of zeroes, and something in the last block.</summary>
    private static byte[] Content()
    {
        var content = new byte[DiskBytes];
        new Random(1).NextBytes(content.AsSpan(0, DiskBytes / 3));
        new Random(2).NextBytes(content.AsSpan(DiskBytes - 4096));
        return content;
    }

    private static void Run(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = process.StandardOutput.ReadToEnd() + process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {output}");
    }

    private string In(string name) => Path.Combine(directory, name);
}
