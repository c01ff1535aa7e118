using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Testing;

/// <summary>A pool that can be closed and opened again in the middle of a history.</summary>
public sealed class PoolSession : IDisposable
{
    private readonly IFileSystem files;
    private readonly string directory;
    private readonly PoolOptions options;

    /// <summary>Opens the pool.</summary>
    public PoolSession(IFileSystem files, string directory, PoolOptions options)
    {
        (this.files, this.directory, this.options) = (files, directory, options);
        Pool = Open();
    }

    /// <summary>The pool as it is open now.</summary>
    public Pool Pool { get; private set; }

    /// <summary>Closes the pool cleanly and opens it again.</summary>
    public void Reopen()
    {
        Pool.Dispose();
        Pool = Open();
    }

    private Pool Open()
    {
        var pool = Pool.Open(files, directory, options);
        DiskKeys.Unlock(pool);
        PatternBase.HandIn(pool);
        return pool;
    }

    /// <summary>Closes the pool.</summary>
    public void Dispose() => Pool.Dispose();
}
