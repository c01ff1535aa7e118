using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>The stored snapshots of a region in one object store (docs/format-repository.md).</summary>
/// <remarks>Thread-safe. One process uses a store at a time.</remarks>
public sealed class Repository
{
    /// <summary>Opens the repository in a store, or makes a new one in an empty store.</summary>
    /// <exception cref="EngineException"><see cref="EngineFault.Corrupt"/>, <see cref="EngineFault.StoreUnavailable"/>, <see cref="EngineFault.Io"/>.</exception>
    public static Task<Repository> OpenAsync(IObjectStore store, RepositoryOptions options, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>The repository's id, drawn when it was made.</summary>
    public Guid Id { get; }

    /// <summary>
    /// All complete snapshots, in ordinal order of their ids. A damaged one does not hide the others: it is thrown as
    /// <see cref="EngineFault.Corrupt"/> after the last of them.
    /// </summary>
    public IAsyncEnumerable<StoredSnapshotInfo> ListAsync(CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>A complete snapshot, or null where there is none of that id.</summary>
    public Task<StoredSnapshotInfo?> FindAsync(string snapshotId, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>
    /// Stores a snapshot: returns once all of it was found in the store again. Repeatable: after a failure, a cancellation
    /// or a kill the same call takes up what was stored; for a complete snapshot it compares, and returns what is there.
    /// </summary>
    /// <exception cref="EngineException">
    /// <see cref="EngineFault.Missing"/> when the predecessor is; <see cref="EngineFault.Exists"/> when a snapshot of that
    /// id with other content is complete; what the source and the store throw.
    /// </exception>
    public Task<StoredSnapshotInfo> UploadAsync(SnapshotUpload upload, IProgress<UploadProgress>? progress, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Opens a snapshot's content for reading; <see cref="EngineFault.Missing"/> where there is none of that id.</summary>
    public Task<StoredSnapshot> OpenSnapshotAsync(string snapshotId, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>
    /// Writes a snapshot's content to the beginning of a device, which must be at least as long, and flushes it. Zeroes
    /// are written only where the device holds something else.
    /// </summary>
    /// <exception cref="EngineException"><see cref="EngineFault.Missing"/>; what the store and the target throw.</exception>
    public Task RestoreAsync(string snapshotId, IBlockDevice target, IProgress<RestoreProgress>? progress, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Deletes a snapshot at once, whatever was uploaded on top of it; nothing happens where there is none. A sweep gives the space back.</summary>
    public Task DeleteAsync(string snapshotId, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Finds the objects that nothing refers to.</summary>
    public Task<SweepPlan> PlanSweepAsync(CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>
    /// Deletes what a plan names, except what came into use since. Safe beside uploads and restores of this process, and
    /// repeatable after a kill. Returns what was deleted.
    /// </summary>
    public Task<SweepPlan> ExecuteAsync(SweepPlan plan, CancellationToken cancel) => throw new NotSupportedException();
}
