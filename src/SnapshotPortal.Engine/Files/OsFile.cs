using Microsoft.Win32.SafeHandles;

namespace SnapshotPortal.Engine.Files;

/// <summary>An open file of the operating system, read and written at positions without a file pointer.</summary>
internal sealed class OsFile(string path, SafeFileHandle handle) : IFile
{
    public long LengthBytes => RandomAccess.GetLength(handle);

    public long AllocatedBytes => Posix.AllocatedBytes(path, handle);

    public int Read(long offsetBytes, Span<byte> destination)
    {
        try
        {
            var done = 0;
            while (done < destination.Length)
            {
                var read = RandomAccess.Read(handle, destination[done..], offsetBytes + done);
                if (read == 0) break;
                done += read;
            }
            return done;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw Posix.Fault(path, e); }
    }

    public void Write(long offsetBytes, ReadOnlySpan<byte> source)
    {
        try { RandomAccess.Write(handle, source, offsetBytes); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw Posix.Fault(path, e); }
    }

    public void Allocate(long lengthBytes) => Posix.Allocate(path, handle, lengthBytes);

    public void SetLength(long lengthBytes)
    {
        try { RandomAccess.SetLength(handle, lengthBytes); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw Posix.Fault(path, e); }
    }

    public void PunchHole(long offsetBytes, long lengthBytes) => Posix.PunchHole(path, handle, offsetBytes, lengthBytes);

    public void Sync() => Posix.Sync(path, handle);

    public void Dispose() => handle.Dispose();
}
