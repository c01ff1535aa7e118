using System.Buffers.Binary;
using System.Security.Cryptography;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.Engine.Crypto;

/// <summary>Names, seals and opens the records of one key in a repository (docs/format-repository.md, Encryption). Thread-safe.</summary>
/// <remarks>
/// Every content has an AES-256-GCM key of its own, derived from its id, which is a MAC of it: the bound on how much one GCM key
/// may encrypt is never near, however large and old a disk is. Under such a key there are only the few forms in which
/// that one content was ever compressed; their nonces are MACs of everything that is sealed and bound, so one comes again only
/// with exactly the same input, and gives the same bytes.
/// </remarks>
internal sealed class ObjectCipher(DataKey key)
{
    private const int TagBytes = 16, KeyBytes = 32, BoundBytes = 16 + ChunkId.Length + 8;

    /// <summary>The room for a nonce before the packed bytes.</summary>
    public const int NonceBytes = 12;

    /// <summary>What sealing adds to a record.</summary>
    public const int OverheadBytes = NonceBytes + TagBytes;

    private readonly byte[] idKey = key.Derive("repository content id", KeyBytes);
    private readonly byte[] recordKey = key.Derive("repository record key", KeyBytes);
    private readonly byte[] nonceKey = key.Derive("repository record nonce", KeyBytes);
    private readonly byte[] rootKey = key.Derive("repository snapshot root", KeyBytes);

    public Guid KeyId => key.Id;

    /// <summary>The id of some content: an HMAC, so that it tells nobody without the key whether two disks hold the same.</summary>
    public ChunkId IdOf(ReadOnlySpan<byte> plain)
    {
        ChunkId id = default;
        HMACSHA256.HashData(idKey, plain, id);
        return id;
    }

    /// <summary>Authenticates a snapshot's root.</summary>
    public byte[] MacOf(ReadOnlySpan<byte> root) => HMACSHA256.HashData(rootKey, root);

    /// <summary>Seals the packed bytes that stand in <paramref name="record"/> behind room for the nonce, in place; behind them is room for the tag.</summary>
    public void Seal(Span<byte> record, ChunkId id, byte kind, ChunkCodec codec, int plainLength)
    {
        Span<byte> bound = stackalloc byte[BoundBytes], mac = stackalloc byte[KeyBytes];
        Bind(bound, id, kind, codec, plainLength);
        Span<byte> nonce = record[..NonceBytes], packed = record[NonceBytes..^TagBytes];
        using (var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, nonceKey))
        {
            hash.AppendData(bound);
            hash.AppendData(packed);
            hash.GetHashAndReset(mac);
        }
        mac[..NonceBytes].CopyTo(nonce);
        using var cipher = CipherOf(id);
        cipher.Encrypt(nonce, packed, packed, record[^TagBytes..], bound);
    }

    /// <summary>Opens a record in place; the packed bytes, or none where it was not sealed under this key as what it is taken for.</summary>
    public bool TryOpen(Span<byte> record, ChunkId id, byte kind, ChunkCodec codec, int plainLength, out Span<byte> packed)
    {
        packed = default;
        if (record.Length <= OverheadBytes) return false;
        Span<byte> bound = stackalloc byte[BoundBytes];
        Bind(bound, id, kind, codec, plainLength);
        packed = record[NonceBytes..^TagBytes];
        using var cipher = CipherOf(id);
        try
        {
            cipher.Decrypt(record[..NonceBytes], packed, record[^TagBytes..], packed, bound);
            return true;
        }
        catch (AuthenticationTagMismatchException) { return false; }
    }

    private AesGcm CipherOf(ChunkId id)
    {
        Span<byte> contentKey = stackalloc byte[KeyBytes];
        HMACSHA256.HashData(recordKey, id, contentKey);
        return new AesGcm(contentKey, TagBytes);
    }

    private void Bind(Span<byte> bound, ChunkId id, byte kind, ChunkCodec codec, int plainLength)
    {
        key.Id.TryWriteBytes(bound, bigEndian: true, out _);
        id.CopyTo(bound[16..]);
        BinaryPrimitives.WriteInt32LittleEndian(bound[48..], plainLength);
        (bound[52], bound[53], bound[54], bound[55]) = (kind, (byte)codec, 0, 0);
    }
}
