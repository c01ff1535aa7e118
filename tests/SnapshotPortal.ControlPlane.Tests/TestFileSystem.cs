using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.ControlPlane.Tests;

/// <summary>The operating system's files, whose repositories a test can fill up, break, or hold still.</summary>
internal sealed class TestFileSystem : IFileSystem
{
    private readonly OsFileSystem files = OsFileSystem.Instance;
    private readonly ManualResetEventSlim open = new(initialState: true);
    private int creationsLeft = int.MaxValue;
    private volatile bool holdsReads;
    private readonly TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What creating a file in a repository throws; null: it works.</summary>
    public EngineFault? Fault { get; set; }

    /// <summary>Lets so many files be made in repositories, and holds who wants to make another until <see cref="Release"/>.</summary>
    public void HoldAfter(int creations)
    {
        creationsLeft = creations;
        open.Reset();
    }

    /// <summary>Completes when somebody is being held.</summary>
    public Task Held => held.Task;

    /// <summary>Holds who wants to read in repositories until <see cref="Release"/>.</summary>
    public void HoldReads()
    {
        holdsReads = true;
        open.Reset();
    }

    public void Release() => open.Set();

    public IFile Create(string path)
    {
        if (path.Contains("/repositories/", StringComparison.Ordinal))
        {
            if (Fault is { } fault) throw new EngineException(fault, $"The test has decided that '{path}' cannot be made.");
            if (Interlocked.Decrement(ref creationsLeft) < 0) Hold();
        }

        return files.Create(path);
    }

    public IFile Open(string path)
    {
        if (holdsReads && path.Contains("/repositories/", StringComparison.Ordinal)) Hold();
        return files.Open(path);
    }

    private void Hold()
    {
        if (open.IsSet) return;
        held.TrySetResult();
        open.Wait();
    }

    public bool Exists(string path) => files.Exists(path);

    public long? FindLength(string path) => files.FindLength(path);

    public long AllocatedBytes(string path) => files.AllocatedBytes(path);

    public IReadOnlyList<string> List(string directory) => files.List(directory);

    public void CreateDirectory(string directory) => files.CreateDirectory(directory);

    public void Delete(string path) => files.Delete(path);

    public void Rename(string from, string to) => files.Rename(from, to);

    public void SyncDirectory(string directory) => files.SyncDirectory(directory);

    public IDisposable Lock(string path) => files.Lock(path);

    public long FreeBytes(string directory) => files.FreeBytes(directory);
}
