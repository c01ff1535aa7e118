using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.Testing;

/// <summary>An object store in memory.</summary>
public sealed class MemoryObjectStore : IObjectStore
{
    private ImmutableSortedDictionary<string, byte[]> objects = ImmutableSortedDictionary.Create<string, byte[]>(StringComparer.Ordinal);

    /// <summary>All objects: the dictionary is a state of the store, its arrays are the objects themselves (change one to damage it).</summary>
    public ImmutableSortedDictionary<string, byte[]> Objects => objects;

    /// <inheritdoc/>
    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        ObjectNames.Check(name);
        if (cancel.IsCancellationRequested) return Task.FromCanceled(cancel);
        var copy = content.ToArray();
        ImmutableInterlocked.Update(ref objects, o => o.SetItem(name, copy));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<byte[]> GetAsync(string name, CancellationToken cancel)
    {
        await Task.CompletedTask;
        return Content(name).ToArray();
    }

    /// <inheritdoc/>
    public async Task GetRangeAsync(string name, long offsetBytes, Memory<byte> destination, CancellationToken cancel)
    {
        await Task.CompletedTask;
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        var content = Content(name);
        if (offsetBytes + destination.Length > content.Length)
            throw new EngineException(EngineFault.Corrupt, $"The object '{name}' ends at byte {content.Length}, before byte {offsetBytes + destination.Length}.");
        content.AsSpan((int)offsetBytes, destination.Length).CopyTo(destination.Span);
    }

    /// <inheritdoc/>
    public Task<long?> FindAsync(string name, CancellationToken cancel)
    {
        ObjectNames.Check(name);
        return Task.FromResult<long?>(objects.TryGetValue(name, out var content) ? content.Length : null);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask;
        foreach (var (name, content) in objects)
        {
            cancel.ThrowIfCancellationRequested();
            if (name.StartsWith(prefix, StringComparison.Ordinal)) yield return new StoredObject(name, content.Length);
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancel)
    {
        ObjectNames.Check(name);
        ImmutableInterlocked.Update(ref objects, o => o.Remove(name));
        return Task.CompletedTask;
    }

    private byte[] Content(string name)
    {
        ObjectNames.Check(name);
        return objects.TryGetValue(name, out var content) ? content : throw new EngineException(EngineFault.Missing, $"There is no object '{name}'.");
    }
}
