using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Benchmarks;

/// <summary>A plain file as a device: what a pool is measured against.</summary>
internal sealed class PlainFile : IBlockDevice, IDisposable
{
    private readonly IFile file;

    public PlainFile(string path, long lengthBytes)
    {
        file = OsFileSystem.Instance.Create(path);
        file.SetLength(lengthBytes);
    }

    public long LengthBytes => file.LengthBytes;

    public bool IsReadOnly => false;

    public void Read(long offsetBytes, Span<byte> destination) => file.Read(offsetBytes, destination);

    public void Write(long offsetBytes, ReadOnlySpan<byte> source) => file.Write(offsetBytes, source);

    public void WriteZeroes(long offsetBytes, long lengthBytes) => file.PunchHole(offsetBytes, lengthBytes);

    public void Trim(long offsetBytes, long lengthBytes) => file.PunchHole(offsetBytes, lengthBytes);

    public void Flush() => file.Sync();

    public IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes) => [new(offsetBytes, lengthBytes, ExtentKind.Data)];

    public void Dispose() => file.Dispose();
}
