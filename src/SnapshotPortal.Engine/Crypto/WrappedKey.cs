using System.Security.Cryptography;
using System.Text;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.Engine.Crypto;

/// <summary>
/// A disk's key as it may be stored anywhere: encrypted under a key-encryption key, which it names (docs/format-repository.md,
/// Wrapped key). Immutable.
/// </summary>
public sealed record WrappedKey
{
    /// <summary>The encoded size.</summary>
    public const int Bytes = 192;

    internal const int KekIdBytesMax = 64, BoundBytes = 96, NonceBytes = 12, TagBytes = 16;

    private readonly byte[] encoded;

    private WrappedKey(Guid keyId, string kekId, byte[] encoded) => (KeyId, KekId, this.encoded) = (keyId, kekId, encoded);

    /// <summary>The disk's key.</summary>
    public Guid KeyId { get; }

    /// <summary>The key-encryption key that unwraps it.</summary>
    public string KekId { get; }

    private static ReadOnlySpan<byte> Magic => "SNAPWKEY"u8;

    internal ReadOnlySpan<byte> Bound => encoded.AsSpan(0, BoundBytes);

    internal ReadOnlySpan<byte> Nonce => encoded.AsSpan(BoundBytes, NonceBytes);

    internal ReadOnlySpan<byte> Sealed => encoded.AsSpan(BoundBytes + NonceBytes, DataKey.SecretBytes);

    internal ReadOnlySpan<byte> Tag => encoded.AsSpan(BoundBytes + NonceBytes + DataKey.SecretBytes, TagBytes);

    /// <summary>The bytes to store.</summary>
    public byte[] Encode() => [.. encoded];

    /// <summary>Reads stored bytes; <see cref="EngineFault.Corrupt"/>, naming the place, where they are no wrapped key.</summary>
    public static WrappedKey Decode(string place, ReadOnlySpan<byte> bytes)
    {
        var reader = new FormatReader(place, bytes);
        reader.Require(bytes.Length == Bytes, $"it has {bytes.Length} bytes instead of {Bytes}");
        reader.Magic(Magic);
        reader.Version();
        reader.Require(SHA256.HashData(bytes[..^32]).AsSpan().SequenceEqual(bytes[^32..]), "its checksum is wrong");
        reader.Reserved(4);
        var keyId = reader.Guid();
        var kekId = Encoding.ASCII.GetString(reader.Take(KekIdBytesMax).TrimEnd((byte)0));
        reader.Require(keyId != Guid.Empty && KeyRing.IsKekId(kekId), "an id in it is impossible");
        reader.Take(NonceBytes + DataKey.SecretBytes + TagBytes);
        reader.Reserved(4);
        return new WrappedKey(keyId, kekId, bytes.ToArray());
    }

    /// <summary>What the wrapping is bound to: everything before the nonce.</summary>
    internal static byte[] EncodeBound(Guid keyId, string kekId)
    {
        var bytes = new byte[BoundBytes];
        var writer = new FormatWriter(bytes);
        writer.Bytes(Magic);
        writer.Version();
        writer.Reserved(4);
        writer.Guid(keyId);
        Encoding.ASCII.GetBytes(kekId, writer.Take(KekIdBytesMax));
        return bytes;
    }

    internal static WrappedKey From(Guid keyId, string kekId, ReadOnlySpan<byte> bound, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> sealedKey, ReadOnlySpan<byte> tag)
    {
        var bytes = new byte[Bytes];
        var writer = new FormatWriter(bytes);
        writer.Bytes(bound);
        writer.Bytes(nonce);
        writer.Bytes(sealedKey);
        writer.Bytes(tag);
        writer.Reserved(4);
        writer.Bytes(SHA256.HashData(writer.Written));
        return new WrappedKey(keyId, kekId, bytes);
    }
}
