using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>AES-256-XTS (IEEE 1619), decrypting whole data units.</summary>
internal sealed class Xts : IDisposable
{
    private const int UnitBytes = 16;
    private readonly Aes content = Aes.Create();
    private readonly Aes tweaks = Aes.Create();

    public Xts(byte[] key)
    {
        (content.Key, tweaks.Key) = (key[..32], key[32..]);
        KeyCheck = HMACSHA256.HashData(key, "SnapshotPortal disk key check"u8)[..16];
    }

    public byte[] KeyCheck { get; }

    public byte[] Decrypt(long lba, ReadOnlySpan<byte> stored)
    {
        Span<byte> number = stackalloc byte[UnitBytes];
        BinaryPrimitives.WriteInt64LittleEndian(number, lba);
        var masks = Masks(tweaks.EncryptEcb(number, PaddingMode.None), stored.Length);
        var plain = content.DecryptEcb(Xor(stored, masks), PaddingMode.None);
        return Xor(plain, masks);
    }

    public void Dispose()
    {
        content.Dispose();
        tweaks.Dispose();
    }

    /// <summary>The tweak, and for each further 16 bytes the one before times x in GF(2^128).</summary>
    private static byte[] Masks(byte[] tweak, int lengthBytes)
    {
        var mask = BinaryPrimitives.ReadUInt128LittleEndian(tweak);
        var masks = new byte[lengthBytes];
        for (var at = 0; at < lengthBytes; at += UnitBytes)
        {
            BinaryPrimitives.WriteUInt128LittleEndian(masks.AsSpan(at), mask);
            mask = mask << 1 ^ ((mask >> 127) == 0 ? (UInt128)0 : 0x87);
        }

        return masks;
    }

    private static byte[] Xor(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        var result = new byte[one.Length];
        for (var i = 0; i < result.Length; i++) result[i] = (byte)(one[i] ^ other[i]);
        return result;
    }
}
