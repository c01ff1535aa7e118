using System.Runtime.CompilerServices;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.Testing;

/// <summary>What a <see cref="FaultyObjectStore"/> is asked for.</summary>
public enum StoreCall
{
    /// <summary>An object is stored.</summary>
    Put,

    /// <summary>An object is read, whole or in part.</summary>
    Get,

    /// <summary>An object is looked for.</summary>
    Find,

    /// <summary>A listing begins.</summary>
    List,

    /// <summary>An object is deleted.</summary>
    Delete,
}

/// <summary>Passes calls on, counts them, and misbehaves where it is told to.</summary>
public sealed class FaultyObjectStore(IObjectStore inner) : IObjectStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<StoreCall, int> counts = [];

    /// <summary>Called before each call is passed on, with its kind, number of that kind from 1 on, and object; throws what the call shall throw.</summary>
    public Action<StoreCall, int, string>? Before { get; set; }

    /// <summary>Called after a put was carried out, with its number and object; throws what the put shall throw all the same.</summary>
    public Action<int, string>? AfterPut { get; set; }

    /// <summary>Changes what a get returns: truncated bodies, wrong content. Gets the object's name and the bytes.</summary>
    public Func<string, byte[], byte[]>? Body { get; set; }

    /// <summary>Says which objects a listing does not show (yet).</summary>
    public Func<string, bool>? Hidden { get; set; }

    /// <summary>How many calls of a kind there were.</summary>
    public int Count(StoreCall call)
    {
        lock (gate) return counts.GetValueOrDefault(call);
    }

    /// <summary>Lets the n-th call of a kind, and all later ones if <paramref name="forGood"/>, fail with <see cref="EngineFault.StoreUnavailable"/>. Counting begins anew.</summary>
    public void FailAt(StoreCall call, int number, bool forGood = false)
    {
        lock (gate) counts.Clear();
        Before = (kind, count, name) =>
        {
            if (kind == call && (forGood ? count >= number : count == number))
                throw new EngineException(EngineFault.StoreUnavailable, $"503 for {kind} {name} ({count}).");
        };
    }

    /// <inheritdoc/>
    public async Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        var number = Enter(StoreCall.Put, name);
        await inner.PutAsync(name, content, cancel);
        AfterPut?.Invoke(number, name);
    }

    /// <inheritdoc/>
    public async Task<byte[]> GetAsync(string name, CancellationToken cancel)
    {
        Enter(StoreCall.Get, name);
        var content = await inner.GetAsync(name, cancel);
        return Body is null ? content : Body(name, content);
    }

    /// <inheritdoc/>
    public async Task GetRangeAsync(string name, long offsetBytes, Memory<byte> destination, CancellationToken cancel)
    {
        Enter(StoreCall.Get, name);
        await inner.GetRangeAsync(name, offsetBytes, destination, cancel);
        if (Body is null) return;
        var body = Body(name, destination.ToArray());
        if (body.Length < destination.Length) throw new EngineException(EngineFault.Corrupt, $"The object '{name}' ended early.");
        body.AsSpan(0, destination.Length).CopyTo(destination.Span);
    }

    /// <inheritdoc/>
    public Task<long?> FindAsync(string name, CancellationToken cancel)
    {
        Enter(StoreCall.Find, name);
        return inner.FindAsync(name, cancel);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        Enter(StoreCall.List, prefix);
        await foreach (var found in inner.ListAsync(prefix, cancel))
        {
            if (Hidden?.Invoke(found.Name) != true) yield return found;
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancel)
    {
        Enter(StoreCall.Delete, name);
        return inner.DeleteAsync(name, cancel);
    }

    private int Enter(StoreCall call, string name)
    {
        int number;
        lock (gate) number = counts[call] = counts.GetValueOrDefault(call) + 1;
        Before?.Invoke(call, number, name);
        return number;
    }
}
