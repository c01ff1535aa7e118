using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SnapshotPortal.Engine.Crypto;

/// <summary>XTS over the runtime's AES, for processors without the instructions that <see cref="VectorCipher"/> needs.</summary>
internal sealed class PortableCipher : BlockCipher
{
    private readonly Aes content = Aes.Create();
    private readonly Aes tweaks = Aes.Create();

    public PortableCipher(ReadOnlySpan<byte> key)
    {
        content.SetKey(key[..32]);
        tweaks.SetKey(key[32..]);
    }

    [SkipLocalsInit]
    public override void EncryptUnit(UInt128 number, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        Span<UInt128> masks = stackalloc UInt128[source.Length / 16];
        Fill(masks, number);
        Mask(masks, source, destination);
        content.EncryptEcb(destination, destination, PaddingMode.None);
        Mask(masks, destination, destination);
    }

    [SkipLocalsInit]
    public override void DecryptUnit(UInt128 number, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        Span<UInt128> masks = stackalloc UInt128[source.Length / 16];
        Fill(masks, number);
        Mask(masks, source, destination);
        content.DecryptEcb(destination, destination, PaddingMode.None);
        Mask(masks, destination, destination);
    }

    public override void Dispose()
    {
        content.Dispose();
        tweaks.Dispose();
    }

    /// <summary>The tweak of each AES block: the encrypted number, times x in GF(2^128) from block to block.</summary>
    private void Fill(Span<UInt128> masks, UInt128 number)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, number);
        tweaks.EncryptEcb(bytes, bytes, PaddingMode.None);
        var mask = BinaryPrimitives.ReadUInt128LittleEndian(bytes);
        foreach (ref var place in masks)
        {
            place = mask;
            mask = mask << 1 ^ (mask >> 127) * 0x87;
        }
    }

    private static void Mask(ReadOnlySpan<UInt128> masks, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var from = MemoryMarshal.Cast<byte, UInt128>(source);
        var to = MemoryMarshal.Cast<byte, UInt128>(destination);
        for (var i = 0; i < masks.Length; i++) to[i] = from[i] ^ masks[i];
    }
}
