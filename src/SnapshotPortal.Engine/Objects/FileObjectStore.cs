using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Engine.Objects;

/// <summary>An object store in a directory.</summary>
public sealed class FileObjectStore : IObjectStore, IDisposable
{
    /// <summary>Opens the store in a directory, which is made where there is none; <see cref="EngineFault.Locked"/> while another process has it open.</summary>
    public static FileObjectStore Open(IFileSystem files, string directory) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<byte[]> GetAsync(string name, CancellationToken cancel) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task GetRangeAsync(string name, long offsetBytes, Memory<byte> destination, CancellationToken cancel) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task<long?> FindAsync(string name, CancellationToken cancel) => throw new NotSupportedException();

    /// <inheritdoc/>
    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancel) => throw new NotSupportedException();

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancel) => throw new NotSupportedException();

    /// <summary>Lets another process open the directory.</summary>
    public void Dispose() => throw new NotSupportedException();
}
