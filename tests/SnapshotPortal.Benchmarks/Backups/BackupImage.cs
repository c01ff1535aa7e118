using SnapshotPortal.Engine;

namespace SnapshotPortal.Benchmarks.Backups;

/// <summary>
/// A raw image of which every 64 KiB follow from the seed: 40 % zeroes (holes), 30 % text-like, 30 % random, in random order. One block
/// in a hundred can be changed and changed back, so that every contender meets the same.
/// </summary>
internal sealed class BackupImage
{
    private static readonly string[] Words = ["disk", "snapshot", "the", "error", "request", "of", "127.0.0.1", "GET", "200", "portal", "and", "time=", "block", "info", "user", "is", "not", "chunk"];

    private readonly byte[] buffer = new byte[Limits.ChunkBytes];
    private readonly long[] changed;

    private BackupImage(string path, long lengthBytes)
    {
        (Path, LengthBytes) = (path, lengthBytes);
        var random = new Random(17);
        changed = [.. Enumerable.Range(0, (int)Chunks).Where(chunk => KindOf(chunk) != 0).Select(chunk => (long)chunk).ToArray().OrderBy(_ => random.Next()).Take((int)(Chunks / 100)).Order()];
    }

    public string Path { get; }

    public long LengthBytes { get; }

    /// <summary>Makes the file.</summary>
    public static BackupImage Create(string path, long lengthBytes)
    {
        var image = new BackupImage(path, lengthBytes);
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        RandomAccess.SetLength(file, lengthBytes);
        for (var chunk = 0L; chunk < image.Chunks; chunk++)
        {
            if (KindOf(chunk) != 0) RandomAccess.Write(file, image.Content(chunk, generation: 0), chunk * Limits.ChunkBytes);
        }
        RandomAccess.FlushToDisk(file);
        return image;
    }

    /// <summary>The image in a file that another process made.</summary>
    public static BackupImage Of(string path) => new(path, new FileInfo(path).Length);

    /// <summary>The bytes of a change.</summary>
    public long ChangedBytes => changed.Length * (long)Limits.ChunkBytes;

    private long Chunks => LengthBytes / Limits.ChunkBytes;

    /// <summary>The blocks of a change, with their content: generation 0 is what the image began with.</summary>
    public IEnumerable<(long OffsetBytes, ReadOnlyMemory<byte> Content)> Change(int generation) =>
        changed.Select(chunk => (chunk * Limits.ChunkBytes, (ReadOnlyMemory<byte>)Content(chunk, generation)));

    /// <summary>Makes the change in the file.</summary>
    public void Write(int generation)
    {
        using var file = File.OpenHandle(Path, FileMode.Open, FileAccess.Write);
        foreach (var (offset, content) in Change(generation)) RandomAccess.Write(file, content.Span, offset);
        RandomAccess.FlushToDisk(file);
    }

    private static int KindOf(long chunk) => new Random((int)chunk ^ 0x5EED).Next(10) switch { < 4 => 0, < 7 => 1, _ => 2 };

    private byte[] Content(long chunk, int generation)
    {
        var random = new Random((int)chunk * 31 + generation);
        if (KindOf(chunk) == 2)
        {
            random.NextBytes(buffer);
            return buffer;
        }
        for (var at = 0; at < buffer.Length;)
        {
            // Words of a log, and numbers that no compressor foresees.
            var word = random.Next(4) == 0 ? random.Next(1_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture) : Words[random.Next(Words.Length)];
            foreach (var c in word)
            {
                if (at < buffer.Length) buffer[at++] = (byte)c;
            }
            if (at < buffer.Length) buffer[at++] = random.Next(12) == 0 ? (byte)'\n' : (byte)' ';
        }
        return buffer;
    }
}
