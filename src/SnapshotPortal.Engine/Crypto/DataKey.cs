using System.Security.Cryptography;
using System.Text;

namespace SnapshotPortal.Engine.Crypto;

/// <summary>
/// The key of one disk: 256 random bits and the id by which its wrapped form is found. Whatever encrypts derives a key for
/// its own purpose from it, so that no two purposes ever share one. Immutable, thread-safe.
/// </summary>
public sealed class DataKey
{
    /// <summary>The bytes of the secret.</summary>
    public const int SecretBytes = 32;

    private readonly byte[] secret;

    /// <summary>The key of an id, from its 32 bytes.</summary>
    public DataKey(Guid id, ReadOnlySpan<byte> secret)
    {
        if (id == Guid.Empty) throw new ArgumentException("A key has an id.", nameof(id));
        if (secret.Length != SecretBytes) throw new ArgumentException($"A key has {SecretBytes} bytes.", nameof(secret));
        (Id, this.secret) = (id, secret.ToArray());
    }

    /// <summary>Names the key; no secret.</summary>
    public Guid Id { get; }

    internal ReadOnlySpan<byte> Secret => secret;

    /// <summary>Draws a new key from the system's source of secrets.</summary>
    public static DataKey Create(Guid id) => new(id, RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>A key of that many bytes for one purpose (HKDF-SHA256, RFC 5869): always the same for the same purpose.</summary>
    public byte[] Derive(string purpose, int lengthBytes) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, lengthBytes, salt: null, info: Encoding.UTF8.GetBytes("SnapshotPortal " + purpose));

    /// <summary>Whether both are the same key.</summary>
    public bool IsSame(DataKey other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Id == other.Id && CryptographicOperations.FixedTimeEquals(secret, other.secret);
    }

    /// <summary>The id alone.</summary>
    public override string ToString() => Id.ToString();
}
