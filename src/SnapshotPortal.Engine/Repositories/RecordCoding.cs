using SnapshotPortal.Engine.Crypto;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>Plain content to stored records and back, in the clear or under one key. Thread-safe.</summary>
internal sealed class RecordCoding(ObjectCipher? cipher)
{
    /// <summary>The most that a record is longer than its plain content.</summary>
    public const int OverheadBytes = ObjectCipher.OverheadBytes;

    public static RecordCoding Clear { get; } = new(null);

    /// <summary>The key's id; empty in the clear.</summary>
    public Guid KeyId => cipher?.KeyId ?? Guid.Empty;

    public ChunkId IdOf(ReadOnlySpan<byte> plain) => cipher is null ? ChunkId.Of(plain) : cipher.IdOf(plain);

    /// <summary>What authenticates a root of this key; nothing in the clear.</summary>
    public byte[] MacOf(ReadOnlySpan<byte> root) => cipher is null ? [] : cipher.MacOf(root);

    /// <summary>Makes a record in <paramref name="destination"/>, which is at least <see cref="OverheadBytes"/> longer than the plain content.</summary>
    public (ChunkCodec Codec, int StoredLength) Encode(PackKind kind, ChunkId id, ReadOnlySpan<byte> plain, Span<byte> destination, int level)
    {
        var before = cipher is null ? 0 : ObjectCipher.NonceBytes;
        var (codec, length) = ChunkCodecs.Compress(plain, destination.Slice(before, plain.Length), level);
        if (codec == ChunkCodec.Raw) plain.CopyTo(destination[before..]);
        if (cipher is null) return (codec, length);
        length += ObjectCipher.OverheadBytes;
        cipher.Seal(destination[..length], id, (byte)kind, codec, plain.Length);
        return (codec, length);
    }

    /// <summary>Fills <paramref name="plain"/> from a record, which is spoilt by it; false where it is not what its entry says.</summary>
    public bool TryDecode(PackKind kind, in PackEntry entry, Span<byte> stored, Span<byte> plain)
    {
        var packed = stored;
        if (cipher is not null && !cipher.TryOpen(stored, entry.Id, (byte)kind, entry.Codec, plain.Length, out packed)) return false;
        return ChunkCodecs.TryDecompress(entry.Codec, packed, plain) && IdOf(plain) == entry.Id;
    }
}
