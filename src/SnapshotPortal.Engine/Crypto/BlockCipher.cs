using System.Security.Cryptography;

namespace SnapshotPortal.Engine.Crypto;

/// <summary>AES-256-XTS (IEEE 1619) over the blocks of a disk: each is a data unit, its number the lba.</summary>
/// <remarks>
/// Thread-safe but for <see cref="Dispose"/>: a call that runs beside it gives bytes without meaning, so whoever disposes
/// makes sure that nobody takes them for content.
/// </remarks>
internal abstract class BlockCipher : IDisposable
{
    /// <summary>Two keys of AES-256: one for the content, one for the tweaks.</summary>
    public const int KeyBytes = 64;

    private static ReadOnlySpan<byte> CheckLabel => "SnapshotPortal disk key check"u8;

    public static BlockCipher Create(ReadOnlySpan<byte> key) =>
        VectorCipher.IsSupported ? new VectorCipher(key) : new PortableCipher(key);

    /// <summary>
    /// What tells a key from another without giving it away: the first 16 bytes of HMAC-SHA-256 under the key (docs/format.md,
    /// Encryption). A key that cannot be one is refused.
    /// </summary>
    public static UInt128 CheckOf(ReadOnlySpan<byte> key)
    {
        if (key.Length != KeyBytes) throw new ArgumentException($"The key of a disk has {KeyBytes} bytes; this one has {key.Length}.", nameof(key));
        // Equal halves take XTS its strength (Rogaway 2004, §6; refused by FIPS 140 as well).
        if (CryptographicOperations.FixedTimeEquals(key[..32], key[32..])) throw new ArgumentException("The two halves of a disk's key are equal. Draw all 64 bytes at random.", nameof(key));
        Span<byte> sum = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, CheckLabel, sum);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(sum);
    }

    /// <summary>Encrypts whole blocks from <paramref name="lba"/> on. The spans are the same or do not overlap.</summary>
    public void Encrypt(long lba, ReadOnlySpan<byte> blocks, Span<byte> destination)
    {
        for (var at = 0; at < blocks.Length; at += Limits.BlockBytes)
            EncryptUnit((UInt128)lba++, blocks.Slice(at, Limits.BlockBytes), destination.Slice(at, Limits.BlockBytes));
    }

    /// <summary>Decrypts whole blocks in place.</summary>
    public void Decrypt(long lba, Span<byte> blocks)
    {
        for (var at = 0; at < blocks.Length; at += Limits.BlockBytes)
        {
            var block = blocks.Slice(at, Limits.BlockBytes);
            DecryptUnit((UInt128)lba++, block, block);
        }
    }

    /// <summary>Encrypts one data unit, a multiple of 16 bytes, under its number.</summary>
    public abstract void EncryptUnit(UInt128 number, ReadOnlySpan<byte> source, Span<byte> destination);

    /// <summary>The reverse of <see cref="EncryptUnit"/>.</summary>
    public abstract void DecryptUnit(UInt128 number, ReadOnlySpan<byte> source, Span<byte> destination);

    /// <summary>Wipes the key from memory.</summary>
    public abstract void Dispose();
}
