using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Benchmarks;

/// <summary>The operating system's files, but blocks of zeroes are left out and nothing is allocated: pools that are larger than the machine.</summary>
internal sealed class HollowFileSystem : IFileSystem
{
    private static readonly OsFileSystem Files = OsFileSystem.Instance;

    public IFile Open(string path) => new HollowFile(Files.Open(path));

    public IFile Create(string path) => new HollowFile(Files.Create(path));

    public bool Exists(string path) => Files.Exists(path);

    public long? FindLength(string path) => Files.FindLength(path);

    public long AllocatedBytes(string path) => Files.AllocatedBytes(path);

    public IReadOnlyList<string> List(string directory) => Files.List(directory);

    public void CreateDirectory(string directory) => Files.CreateDirectory(directory);

    public void Delete(string path) => Files.Delete(path);

    public void Rename(string from, string to) => Files.Rename(from, to);

    public void SyncDirectory(string directory) => Files.SyncDirectory(directory);

    public IDisposable Lock(string path) => Files.Lock(path);

    public long FreeBytes(string directory) => Files.FreeBytes(directory);

    private sealed class HollowFile(IFile file) : IFile
    {
        public long LengthBytes => file.LengthBytes;

        public long AllocatedBytes => file.AllocatedBytes;

        public int Read(long offsetBytes, Span<byte> destination) => file.Read(offsetBytes, destination);

        public void Write(long offsetBytes, ReadOnlySpan<byte> source)
        {
            if (file.LengthBytes < offsetBytes + source.Length) file.SetLength(offsetBytes + source.Length);
            while (!source.IsEmpty)
            {
                var block = source[..Math.Min(Limits.BlockBytes, source.Length)];
                if (block.ContainsAnyExcept((byte)0)) file.Write(offsetBytes, block);
                offsetBytes += block.Length;
                source = source[block.Length..];
            }
        }

        public void Allocate(long lengthBytes)
        {
            if (file.LengthBytes < lengthBytes) file.SetLength(lengthBytes);
        }

        public void SetLength(long lengthBytes) => file.SetLength(lengthBytes);

        public void PunchHole(long offsetBytes, long lengthBytes) => file.PunchHole(offsetBytes, lengthBytes);

        public void Sync() => file.Sync();

        public void Dispose() => file.Dispose();
    }
}
