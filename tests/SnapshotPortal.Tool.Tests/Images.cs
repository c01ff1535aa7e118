namespace SnapshotPortal.Tool.Tests;

/// <summary>Raw images with holes, from a seed.</summary>
internal static class Images
{
    public const int Bytes = 24 * 1024 * 1024 + 1234;   // not whole blocks

    public static byte[] Write(string path, int seed)
    {
        var content = new byte[Bytes];
        var random = new Random(seed);
        random.NextBytes(content.AsSpan(3 << 20, 5 << 20));
        content.AsSpan(12 << 20, 1 << 20).Fill((byte)'a');
        random.NextBytes(content.AsSpan(Bytes - 1000));
        Save(path, content);
        return content;
    }

    /// <summary>Writes what is not zeroes, so that the rest is holes.</summary>
    public static void Save(string path, byte[] content)
    {
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        RandomAccess.SetLength(file, content.Length);
        for (var offset = 0; offset < content.Length; offset += 4096)
        {
            var block = content.AsSpan(offset, Math.Min(4096, content.Length - offset));
            if (block.ContainsAnyExcept((byte)0)) RandomAccess.Write(file, block, offset);
        }
    }
}
