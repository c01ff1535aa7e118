using System.Runtime.InteropServices;
using SnapshotPortal.Engine;

namespace SnapshotPortal.Benchmarks.Nbd;

/// <summary>A device that is one piece of memory: what is left is the server.</summary>
internal sealed unsafe class MemoryDevice : IBlockDevice, IDisposable
{
    private readonly byte* bytes;

    public MemoryDevice(long lengthBytes)
    {
        LengthBytes = lengthBytes;
        bytes = (byte*)NativeMemory.AllocZeroed((nuint)lengthBytes);
    }

    public long LengthBytes { get; }

    public bool IsReadOnly => false;

    public void Read(long offsetBytes, Span<byte> destination) => new ReadOnlySpan<byte>(bytes + offsetBytes, destination.Length).CopyTo(destination);

    public void Write(long offsetBytes, ReadOnlySpan<byte> source) => source.CopyTo(new(bytes + offsetBytes, source.Length));

    public void WriteZeroes(long offsetBytes, long lengthBytes) => NativeMemory.Clear(bytes + offsetBytes, (nuint)lengthBytes);

    public void Trim(long offsetBytes, long lengthBytes) => WriteZeroes(offsetBytes, lengthBytes);

    public void Flush() { }

    public IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes) => [new(offsetBytes, lengthBytes, ExtentKind.Data)];

    public void Dispose() => NativeMemory.Free(bytes);
}
