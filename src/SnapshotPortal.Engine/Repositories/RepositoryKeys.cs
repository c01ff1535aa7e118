using System.Collections.Concurrent;
using SnapshotPortal.Engine.Crypto;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>
/// The wrapped keys of a repository (docs/format-repository.md, Wrapped key). A key stands in the store before anything that is
/// encrypted under it. Thread-safe.
/// </summary>
internal sealed class RepositoryKeys(PackStore packs, KeyRing? ring)
{
    public const string Prefix = "keys/";

    private readonly ConcurrentDictionary<Guid, RecordCoding> codings = new() { [Guid.Empty] = RecordCoding.Clear };

    public static string ObjectName(Guid keyId) => Prefix + keyId.ToString("N");

    /// <summary>How records of a key are read and written; the key is unwrapped once.</summary>
    /// <exception cref="EngineException"><see cref="EngineFault.KeyUnavailable"/>, naming what is missing.</exception>
    public async ValueTask<RecordCoding> OpenAsync(Guid keyId, CancellationToken cancel)
    {
        if (codings.TryGetValue(keyId, out var known)) return known;
        var wrapped = await FindAsync(keyId, cancel) ?? throw new EngineException(EngineFault.KeyUnavailable, $"The repository {packs.RepositoryId} does not hold the wrapped key {keyId} any more: what it encrypted was erased by that, unless the object '{ObjectName(keyId)}' can be brought back.");
        return codings.GetOrAdd(keyId, new RecordCoding(new ObjectCipher(Unwrap(wrapped))));
    }

    /// <summary>Whether what a key encrypts can be read here.</summary>
    public async ValueTask<bool> IsAvailableAsync(Guid keyId, CancellationToken cancel)
    {
        try
        {
            await OpenAsync(keyId, cancel);
            return true;
        }
        catch (EngineException e) when (e.Fault == EngineFault.KeyUnavailable) { return false; }
    }

    /// <summary>Stores a key, wrapped, unless it is stored already; it stays until the lease ends.</summary>
    public async Task<RecordCoding> AddAsync(DataKey key, ContentLease lease, CancellationToken cancel)
    {
        var name = ObjectName(key.Id);
        await packs.HoldAsync(name, lease, cancel);
        if (await FindAsync(key.Id, cancel) is not { } wrapped) await PutAsync(Ring(null).Wrap(key), cancel);
        else if (!Unwrap(wrapped).IsSame(key)) throw new ArgumentException($"The repository {packs.RepositoryId} holds another key under the id {key.Id}.", nameof(key));
        return codings.GetOrAdd(key.Id, _ => new RecordCoding(new ObjectCipher(key)));
    }

    /// <summary>Wraps every key again that is not wrapped under the current key-encryption key. Repeatable; returns how many there were.</summary>
    public async Task<int> RewrapAsync(CancellationToken cancel)
    {
        var count = 0;
        await foreach (var found in packs.Store.ListAsync(Prefix, cancel))
        {
            if (await FindAsync(found.Name, cancel) is not { } wrapped || wrapped.KekId == Ring(wrapped).CurrentId) continue;
            await PutAsync(ring!.Wrap(Unwrap(wrapped)), cancel);
            count++;
        }
        return count;
    }

    /// <summary>Deletes a wrapped key, and with it all that it encrypts.</summary>
    public Task EraseAsync(Guid keyId, CancellationToken cancel)
    {
        codings.TryRemove(keyId, out _);
        return packs.Store.DeleteAsync(ObjectName(keyId), cancel);
    }

    private async Task PutAsync(WrappedKey wrapped, CancellationToken cancel)
    {
        var name = ObjectName(wrapped.KeyId);
        await packs.Store.PutAsync(name, wrapped.Encode(), cancel);
        if (!(await packs.Store.GetAsync(name, cancel)).AsSpan().SequenceEqual(wrapped.Encode())) throw FormatReader.Damaged(name, "it was not found in the store as it was put");
    }

    private Task<WrappedKey?> FindAsync(Guid keyId, CancellationToken cancel) => FindAsync(ObjectName(keyId), cancel);

    /// <summary>A wrapped key by its object, or null; <see cref="EngineFault.Corrupt"/> where it is none.</summary>
    public async Task<WrappedKey?> FindAsync(string name, CancellationToken cancel)
    {
        if (await packs.Store.FindAsync(name, cancel) is not { } length) return null;
        if (length != WrappedKey.Bytes) throw FormatReader.Damaged(name, $"it has {length} bytes instead of {WrappedKey.Bytes}");
        var wrapped = WrappedKey.Decode(name, await packs.Store.GetAsync(name, cancel));
        return ObjectName(wrapped.KeyId) == name ? wrapped : throw FormatReader.Damaged(name, $"it is that of the key {wrapped.KeyId}");
    }

    private DataKey Unwrap(WrappedKey wrapped) => Ring(wrapped).Unwrap(wrapped);

    private KeyRing Ring(WrappedKey? wrapped) => ring
        ?? throw (wrapped is null
            ? new EngineException(EngineFault.KeyUnavailable, "An encrypted snapshot cannot be stored: no key-encryption key is configured.")
            : KeyRing.Needed(wrapped, "but no key-encryption key is configured. Configure it"));
}
