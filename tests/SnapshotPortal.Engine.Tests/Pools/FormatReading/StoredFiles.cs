using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>A pool's files as bytes.</summary>
internal static class StoredFiles
{
    private const string Directory = "/pool";

    /// <summary>The files that a pool consists of; the lock and the reserve say nothing.</summary>
    public static SortedDictionary<string, byte[]> Read(SimulatedFileSystem files)
    {
        var read = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in files.List(Directory).Where(name => name is not ("lock" or "reserve")))
        {
            using var file = files.Open($"{Directory}/{name}");
            var bytes = new byte[file.LengthBytes];
            file.Read(0, bytes);
            read.Add(name, bytes);
        }

        return read;
    }

    /// <summary>A simulated file system that has them durably in the same directory.</summary>
    public static SimulatedFileSystem Store(IReadOnlyDictionary<string, byte[]> files)
    {
        var stored = new SimulatedFileSystem(1);
        stored.CreateDirectory(Directory);
        foreach (var (name, bytes) in files)
        {
            using var file = stored.Create($"{Directory}/{name}");
            file.Write(0, bytes);
        }

        return stored.Fork(1);
    }
}
