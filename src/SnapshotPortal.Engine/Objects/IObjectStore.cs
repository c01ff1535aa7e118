namespace SnapshotPortal.Engine.Objects;

/// <summary>A bucket of immutable objects: a directory, S3, memory.</summary>
/// <remarks>
/// Required of every implementation, and kept by <c>ObjectStoreContract</c> in the tests:
/// <list type="bullet">
/// <item>Names are 1–512 characters of <c>a–z 0–9 . _ - /</c>, do not begin or end with '/', and hold no empty, '.' or '..' part.</item>
/// <item><see cref="PutAsync"/> is atomic and durable: once it returned, every later call of every process sees the whole
/// object, also after a power cut; if it failed or was cancelled, no reader ever sees a part of it.</item>
/// <item>Putting an existing name replaces it atomically. (Content-addressed names make that harmless.)</item>
/// <item><see cref="ListAsync"/> sees every object whose put or delete completed before it began; in ordinal order.</item>
/// <item>Deleting what does not exist succeeds.</item>
/// <item>Thread-safe.</item>
/// <item>Errors are <see cref="EngineException"/>: <see cref="EngineFault.Missing"/>, <see cref="EngineFault.Full"/>,
/// <see cref="EngineFault.StoreUnavailable"/> (worth another try), <see cref="EngineFault.Io"/>.</item>
/// </list>
/// </remarks>
public interface IObjectStore
{
    /// <summary>Stores an object.</summary>
    Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel);

    /// <summary>Reads a whole object.</summary>
    Task<byte[]> GetAsync(string name, CancellationToken cancel);

    /// <summary>Fills <paramref name="destination"/> from <paramref name="offsetBytes"/> on; <see cref="EngineFault.Corrupt"/> when the object ends before.</summary>
    Task GetRangeAsync(string name, long offsetBytes, Memory<byte> destination, CancellationToken cancel);

    /// <summary>The object's size in bytes, or null where there is none of that name.</summary>
    Task<long?> FindAsync(string name, CancellationToken cancel);

    /// <summary>The objects whose names begin with <paramref name="prefix"/>.</summary>
    IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancel);

    /// <summary>Deletes an object.</summary>
    Task DeleteAsync(string name, CancellationToken cancel);
}

/// <summary>An object in a listing.</summary>
/// <param name="Name">Its name.</param>
/// <param name="LengthBytes">Its size.</param>
public readonly record struct StoredObject(string Name, long LengthBytes);
