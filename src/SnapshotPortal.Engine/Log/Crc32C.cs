using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace SnapshotPortal.Engine.Log;

/// <summary>CRC-32C (Castagnoli, RFC 3720 §12.1), the checksum of everything in a pool.</summary>
/// <remarks>
/// Where the processor multiplies without carry over 512 bits, a block is folded (Crc32C.Folding.cs). Elsewhere it is taken as four quarters whose sums are computed side by side, so that the processor's CRC unit is never
/// idle, and then joined: crc(A‖B) = shift(crc(A), |B|) ⊕ crc(B), where shift is linear and lies in a table.
/// </remarks>
internal static partial class Crc32C
{
    private const int QuarterBytes = Limits.BlockBytes / 4;
    private static readonly uint[] QuarterShift = MakeShift(QuarterBytes);

    /// <summary>The sum of a whole block of <see cref="Limits.BlockBytes"/>.</summary>
    public static uint OfBlock(ReadOnlySpan<byte> block) =>
        Pclmulqdq.V512.IsSupported ? Fold(ref MemoryMarshal.GetReference(block[..Limits.BlockBytes])) : OfQuarters(block);

    /// <summary>The same without wide vectors.</summary>
    internal static uint OfQuarters(ReadOnlySpan<byte> block)
    {
        ref var words = ref Unsafe.As<byte, ulong>(ref MemoryMarshal.GetReference(block[..Limits.BlockBytes]));
        const int Quarter = QuarterBytes / sizeof(ulong);
        uint a = uint.MaxValue, b = 0, c = 0, d = 0;
        for (var i = 0; i < Quarter; i++)
        {
            a = BitOperations.Crc32C(a, Unsafe.Add(ref words, i));
            b = BitOperations.Crc32C(b, Unsafe.Add(ref words, i + Quarter));
            c = BitOperations.Crc32C(c, Unsafe.Add(ref words, i + 2 * Quarter));
            d = BitOperations.Crc32C(d, Unsafe.Add(ref words, i + 3 * Quarter));
        }
        return ~(Shift(Shift(Shift(a) ^ b) ^ c) ^ d);
    }

    /// <summary>The sum of any bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, MemoryMarshal.Read<ulong>(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (var value in bytes) crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }

    private static uint Shift(uint crc) =>
        QuarterShift[(byte)crc] ^ QuarterShift[256 + (byte)(crc >> 8)] ^ QuarterShift[512 + (byte)(crc >> 16)] ^ QuarterShift[768 + (crc >> 24)];

    /// <summary>Tables of what <paramref name="zeroBytes"/> zero bytes make of each byte of a sum.</summary>
    private static uint[] MakeShift(int zeroBytes)
    {
        var ofBit = new uint[32];
        for (var bit = 0; bit < 32; bit++)
        {
            var crc = 1u << bit;
            for (var i = 0; i < zeroBytes; i++) crc = BitOperations.Crc32C(crc, (byte)0);
            ofBit[bit] = crc;
        }
        var table = new uint[4 * 256];
        for (var i = 0; i < table.Length; i++)
            for (var bit = 0; bit < 8; bit++)
                if ((i >> bit & 1) != 0) table[i] ^= ofBit[i / 256 * 8 + bit];
        return table;
    }
}
