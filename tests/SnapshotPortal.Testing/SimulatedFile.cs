using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Testing;

/// <summary>An open file of a <see cref="SimulatedFileSystem"/>. Its use after disposal is an error of the caller and throws.</summary>
internal sealed class SimulatedFile(SimulatedFileSystem files, SimulatedInode inode, string path) : IFile
{
    private bool disposed;

    public long LengthBytes => files.Measure(() => Inode.LengthBytes);

    public long AllocatedBytes => files.Measure(() => Inode.AllocatedBytes);

    private SimulatedInode Inode
    {
        get
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return inode;
        }
    }

    public int Read(long offsetBytes, Span<byte> destination) => files.Read(Inode, path, offsetBytes, destination);

    public void Write(long offsetBytes, ReadOnlySpan<byte> source) => files.Write(Inode, path, offsetBytes, source);

    public void Allocate(long lengthBytes) => files.Resize(Inode, path, "allocate", 0, lengthBytes);

    public void SetLength(long lengthBytes) => files.Resize(Inode, path, "set length", 0, lengthBytes);

    public void PunchHole(long offsetBytes, long lengthBytes) => files.Resize(Inode, path, "punch", offsetBytes, lengthBytes);

    public void Sync() => files.Sync(Inode, path);

    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        files.Close(inode);
    }
}
