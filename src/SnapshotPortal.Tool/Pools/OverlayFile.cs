using Microsoft.Win32.SafeHandles;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Tool.Pools;

/// <summary>A file's content: what it was, and over it the blocks that were written. Locked by who uses it.</summary>
internal sealed class OverlayContent(string? basePath, long lengthBytes)
{
    private readonly Dictionary<long, byte[]> blocks = [];
    private long baseBytes = lengthBytes;   // so much of what the file was is still seen

    /// <summary>The file below, or null for a new one.</summary>
    public string? BasePath => basePath;

    public long LengthBytes { get; private set; } = lengthBytes;

    public long WrittenBytes => (long)blocks.Count * Limits.BlockBytes;

    public int Read(SafeFileHandle? below, long offset, Span<byte> destination)
    {
        destination = destination[..(int)Math.Clamp(LengthBytes - offset, 0, destination.Length)];
        ReadBelow(below, offset, destination);
        if (blocks.Count == 0) return destination.Length;
        foreach (var (block, within, part) in Parts(offset, destination.Length))
        {
            if (blocks.TryGetValue(block, out var written)) written.AsSpan(within, part.Length).CopyTo(destination[part.Start..]);
        }
        return destination.Length;
    }

    public void Write(SafeFileHandle? below, long offset, ReadOnlySpan<byte> source)
    {
        foreach (var (block, within, part) in Parts(offset, source.Length)) source.Slice(part.Start, part.Length).CopyTo(BlockOf(below, block).AsSpan(within));
        LengthBytes = Math.Max(LengthBytes, offset + source.Length);
    }

    public void Clear(SafeFileHandle? below, long offset, long length)
    {
        var end = Math.Min(offset + length, LengthBytes);
        while (offset < end)
        {
            var part = (int)Math.Min(Limits.BlockBytes - offset % Limits.BlockBytes, end - offset);
            BlockOf(below, offset / Limits.BlockBytes).AsSpan((int)(offset % Limits.BlockBytes), part).Clear();
            offset += part;
        }
    }

    public void SetLength(long length)
    {
        if (length < LengthBytes)
        {
            baseBytes = Math.Min(baseBytes, length);
            foreach (var block in blocks.Keys.Where(block => block * Limits.BlockBytes >= length).ToArray()) blocks.Remove(block);
            if (blocks.TryGetValue(length / Limits.BlockBytes, out var last)) last.AsSpan((int)(length % Limits.BlockBytes)).Clear();
        }
        LengthBytes = length;
    }

    private byte[] BlockOf(SafeFileHandle? below, long block)
    {
        if (blocks.TryGetValue(block, out var content)) return content;
        ReadBelow(below, block * Limits.BlockBytes, content = new byte[Limits.BlockBytes]);
        blocks.Add(block, content);
        return content;
    }

    private void ReadBelow(SafeFileHandle? below, long offset, Span<byte> destination)
    {
        var seen = below is null ? 0 : (int)Math.Clamp(baseBytes - offset, 0, destination.Length);
        var done = 0;
        while (done < seen && RandomAccess.Read(below!, destination[done..seen], offset + done) is > 0 and var read) done += read;
        destination[done..].Clear();
    }

    private static IEnumerable<(long Block, int Within, (int Start, int Length) Part)> Parts(long offset, int length)
    {
        for (var start = 0; start < length;)
        {
            var within = (int)((offset + start) % Limits.BlockBytes);
            var part = Math.Min(Limits.BlockBytes - within, length - start);
            yield return ((offset + start) / Limits.BlockBytes, within, (start, part));
            start += part;
        }
    }
}

/// <summary>An open file of an <see cref="Overlay"/>.</summary>
internal sealed class OverlayFile(OverlayContent content) : IFile
{
    private readonly SafeFileHandle? below = content.BasePath is { } path ? File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null;

    public long LengthBytes
    {
        get
        {
            lock (content) return content.LengthBytes;
        }
    }

    public long AllocatedBytes
    {
        get
        {
            lock (content) return content.WrittenBytes + (content.BasePath is { } path ? OsFileSystem.Instance.AllocatedBytes(path) : 0);
        }
    }

    public int Read(long offsetBytes, Span<byte> destination)
    {
        lock (content)
        {
            try { return content.Read(below, offsetBytes, destination); }
            catch (IOException e) { throw new EngineException(EngineFault.Io, $"'{content.BasePath}': {e.Message}", e); }
        }
    }

    public void Write(long offsetBytes, ReadOnlySpan<byte> source)
    {
        lock (content) content.Write(below, offsetBytes, source);
    }

    public void Allocate(long lengthBytes)
    {
        lock (content) content.SetLength(Math.Max(content.LengthBytes, lengthBytes));
    }

    public void SetLength(long lengthBytes)
    {
        lock (content) content.SetLength(lengthBytes);
    }

    public void PunchHole(long offsetBytes, long lengthBytes)
    {
        lock (content) content.Clear(below, offsetBytes, lengthBytes);
    }

    public void Sync() { }

    public void Dispose() => below?.Dispose();
}
