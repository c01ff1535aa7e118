using System.Globalization;
using System.Security.Cryptography;

namespace SnapshotPortal.EndToEnd.Tests.Harness;

/// <summary>A raw disk image that holds a real file system with known files.</summary>
internal sealed class Ext4Image
{
    private Ext4Image(string path) => Path = path;

    public string Path { get; }

    /// <summary>An image that somebody else wrote.</summary>
    public static Ext4Image At(string path) => new(path);

    /// <summary>Makes a sparse image with these files in its root directory.</summary>
    public static async Task<Ext4Image> MakeAsync(string path, long lengthBytes, IReadOnlyDictionary<string, byte[]> files)
    {
        var content = Directory.CreateDirectory(path + ".content").FullName;
        foreach (var (name, bytes) in files)
            await File.WriteAllBytesAsync(System.IO.Path.Combine(content, name), bytes);
        await Tool.RunAsync("mkfs.ext4", "-q", "-F", "-d", content, path, (lengthBytes / 1024).ToString(CultureInfo.InvariantCulture) + "k");
        Directory.Delete(content, recursive: true);
        return new Ext4Image(path);
    }

    /// <summary>A copy of this image with one more file.</summary>
    public async Task<Ext4Image> WithFileAsync(string path, string name, byte[] bytes)
    {
        await Tool.RunAsync("cp", "--sparse=always", Path, path);
        var source = path + ".file";
        await File.WriteAllBytesAsync(source, bytes);
        await Tool.RunAsync("debugfs", "-w", "-R", $"write {source} {name}", path);
        File.Delete(source);
        return new Ext4Image(path);
    }

    /// <summary>The hash of the image as a disk of that size holds it: with zeroes behind it.</summary>
    public async Task<string> Sha256Async(long diskBytes)
    {
        await using (var file = File.OpenWrite(Path))
            file.SetLength(diskBytes);
        return await Sha256Async();
    }

    /// <summary>Has the file system's own checker look at everything, changing nothing.</summary>
    public Task CheckAsync() => Tool.RunAsync("e2fsck", "-fn", Path);

    public async Task<byte[]> ReadFileAsync(string name)
    {
        var target = Path + ".dump";
        await Tool.RunAsync("debugfs", "-R", $"dump {name} {target}", Path);
        var bytes = await File.ReadAllBytesAsync(target);
        File.Delete(target);
        return bytes;
    }

    public async Task<string> Sha256Async()
    {
        await using var stream = File.OpenRead(Path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream));
    }

    /// <summary>Bytes that no compression makes smaller, the same for the same seed.</summary>
    public static byte[] Noise(int seed, int lengthBytes)
    {
        var bytes = new byte[lengthBytes];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
