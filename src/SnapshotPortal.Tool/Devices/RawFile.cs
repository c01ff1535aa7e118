using Microsoft.Win32.SafeHandles;
using SnapshotPortal.Engine;

namespace SnapshotPortal.Tool.Devices;

/// <summary>A raw image file or a block device. A file's last block is filled up with zeroes, which are not stored in it.</summary>
internal sealed class RawFile : IBlockDevice, IDisposable
{
    private const int ErrorNoSpace = 28;

    private readonly string path;
    private readonly SafeFileHandle handle;
    private bool isDevice;

    private RawFile(string path, SafeFileHandle opened, bool isReadOnly, long contentBytes)
    {
        (this.path, this.handle, IsReadOnly, ContentBytes) = (path, opened, isReadOnly, contentBytes);
        LengthBytes = (contentBytes + Limits.BlockBytes - 1) / Limits.BlockBytes * Limits.BlockBytes;
    }

    /// <summary>The size without what fills the last block.</summary>
    public long ContentBytes { get; }

    public long LengthBytes { get; }

    public bool IsReadOnly { get; }

    /// <summary>Opens a file or device to be read.</summary>
    public static RawFile OpenRead(string path)
    {
        var opened = Open(path, FileMode.Open, FileAccess.Read);
        var length = FileCalls.LengthOf(opened, path);
        if (length is > 0 and <= Limits.DiskBytesMax) return new RawFile(path, opened, isReadOnly: true, length);
        opened.Dispose();
        throw new EngineException(EngineFault.Io, length == 0 ? $"'{path}' is empty: there is nothing to store." : $"'{path}' has {length} bytes; a disk has at most {Limits.DiskBytesMax}.");
    }

    /// <summary>Makes a file of a size, all of it a hole.</summary>
    public static RawFile Create(string path, long contentBytes)
    {
        var opened = Open(path, FileMode.CreateNew, FileAccess.ReadWrite);
        RandomAccess.SetLength(opened, (contentBytes + Limits.BlockBytes - 1) / Limits.BlockBytes * Limits.BlockBytes);
        return new RawFile(path, opened, isReadOnly: false, contentBytes);
    }

    /// <summary>Opens a file, which gets the size, or a device, which must have it, to be written over.</summary>
    public static RawFile OpenOver(string path, long contentBytes)
    {
        var opened = Open(path, FileMode.Open, FileAccess.ReadWrite);
        var file = new RawFile(path, opened, isReadOnly: false, contentBytes);
        var length = FileCalls.LengthOf(opened, path);
        // A device has no size that could be set; fstat tells none of it.
        if (length != RandomAccess.GetLength(opened))
        {
            file.isDevice = true;
            if (length >= file.LengthBytes) return file;
            opened.Dispose();
            throw new EngineException(EngineFault.Full, $"The device '{path}' has {length} bytes, but the snapshot has {file.LengthBytes}. Restore to a larger one.");
        }
        RandomAccess.SetLength(opened, file.LengthBytes);
        return file;
    }

    public void Read(long offsetBytes, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            int read;
            try { read = RandomAccess.Read(handle, destination, offsetBytes); }
            catch (IOException e) { throw Fault(e); }
            if (read == 0 && offsetBytes < ContentBytes) throw new EngineException(EngineFault.Io, $"'{path}' became shorter while it was read. Back up what nobody changes: a snapshot of it, or a file not in use.");
            if (read == 0)
            {
                destination.Clear();
                return;
            }
            offsetBytes += read;
            destination = destination[read..];
        }
    }

    public void Write(long offsetBytes, ReadOnlySpan<byte> source)
    {
        try { RandomAccess.Write(handle, source, offsetBytes); }
        catch (IOException e) { throw Fault(e); }
    }

    public void WriteZeroes(long offsetBytes, long lengthBytes)
    {
        if (FileCalls.TryPunch(handle, offsetBytes, lengthBytes)) return;
        var zeroes = new byte[Limits.ChunkBytes];
        for (var done = 0L; done < lengthBytes; done += zeroes.Length) Write(offsetBytes + done, zeroes.AsSpan(0, (int)Math.Min(zeroes.Length, lengthBytes - done)));
    }

    public void Trim(long offsetBytes, long lengthBytes) => WriteZeroes(offsetBytes, lengthBytes);

    public void Flush()
    {
        try { RandomAccess.FlushToDisk(handle); }
        catch (IOException e) { throw Fault(e); }
    }

    public IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes)
    {
        // A hole may end within a block that is read anyway: extents need no alignment.
        for (long position = offsetBytes, end = offsetBytes + lengthBytes; position < end;)
        {
            var data = FileCalls.NextData(handle, path, position, end);
            if (data > position) yield return new Extent(position, data - position, ExtentKind.Hole);
            if (data >= end) yield break;
            position = FileCalls.NextHole(handle, path, data, end);
            // Behind the end of the file comes what fills the last block.
            yield return new Extent(data, position - data, ExtentKind.Data);
        }
    }

    /// <summary>Takes off what fills the last block of a file.</summary>
    public void CutToContent()
    {
        if (!isDevice) RandomAccess.SetLength(handle, ContentBytes);
    }

    public void Dispose() => handle.Dispose();

    private EngineException Fault(IOException e) => e.HResult == ErrorNoSpace
        ? new(EngineFault.Full, $"No space is left for '{path}'. Free some, or restore elsewhere.", e)
        : new(EngineFault.Io, $"'{path}': {e.Message}", e);

    private static SafeFileHandle Open(string path, FileMode mode, FileAccess access)
    {
        try { return File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete); }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException) { throw new EngineException(EngineFault.Missing, $"'{path}' does not exist.", e); }
    }
}
