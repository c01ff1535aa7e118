namespace SnapshotPortal.Engine.Files;

/// <summary>The operating system's files.</summary>
public sealed class OsFileSystem : IFileSystem
{
    /// <summary>The one instance; it has no state.</summary>
    public static OsFileSystem Instance { get; } = new();

    private OsFileSystem() { }

    /// <inheritdoc/>
    public IFile Open(string path) => Guarded(path, static path => new OsFile(path, File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete)));

    /// <inheritdoc/>
    public IFile Create(string path)
    {
        if (Exists(path)) throw new EngineException(EngineFault.Exists, $"The file '{path}' exists already.");
        return Guarded(path, static path => new OsFile(path, File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete)));
    }

    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    /// <inheritdoc/>
    public long? FindLength(string path) => Guarded(path, static path => new FileInfo(path) is { Exists: true } file ? file.Length : (long?)null);

    /// <inheritdoc/>
    public long AllocatedBytes(string path)
    {
        using var handle = Posix.OpenUnlocked(path);
        return Posix.AllocatedBytes(path, handle);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory) => Guarded(directory, static directory =>
    {
        if (!Directory.Exists(directory)) return (IReadOnlyList<string>)[];
        var names = Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path)!).ToArray();
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    });

    /// <inheritdoc/>
    public void CreateDirectory(string directory) => Guarded(directory, static directory => Directory.CreateDirectory(directory));

    /// <inheritdoc/>
    public void Delete(string path)
    {
        // File.Delete is silent about a missing file but not about a missing directory.
        if (File.Exists(path)) Guarded(path, static path => { File.Delete(path); return path; });
    }

    /// <inheritdoc/>
    public void Rename(string from, string to) => Guarded(from, from => { File.Move(from, to, overwrite: true); return from; });

    /// <inheritdoc/>
    public void SyncDirectory(string directory) => Guarded(directory, static directory => { Posix.SyncDirectory(directory); return directory; });

    /// <inheritdoc/>
    public IDisposable Lock(string path)
    {
        try
        {
            // FileShare.None takes an exclusive flock, which the system releases when the process ends, however it ends.
            var handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            RandomAccess.SetLength(handle, 0);
            RandomAccess.Write(handle, System.Text.Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"), 0);
            return handle;
        }
        catch (IOException e) when (File.Exists(path) && e is not FileNotFoundException)
        {
            throw new EngineException(EngineFault.Locked, $"'{path}' is locked by {Holder(path)}. Stop it, or use another directory.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Posix.Fault(path, e);
        }
    }

    /// <inheritdoc/>
    public long FreeBytes(string directory) => Guarded(directory, static directory => new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace);

    private static string Holder(string path)
    {
        using var handle = Posix.OpenUnlocked(path);
        Span<byte> text = stackalloc byte[16];
        var length = RandomAccess.Read(handle, text, 0);
        return int.TryParse(text[..length].TrimEnd((byte)'\n'), out var processId) ? $"process {processId}" : "another process";
    }

    private static T Guarded<T>(string path, Func<string, T> call)
    {
        try { return call(path); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { throw Posix.Fault(path, e); }
    }
}
