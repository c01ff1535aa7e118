using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace SnapshotPortal.Engine.Log;

/// <summary>
/// The sum of a block by carry-less multiplication over wide vectors: what is ahead is folded onto what comes n bits later
/// by multiplying it with x^n modulo the polynomial (Gopal et al., Fast CRC Computation Using PCLMULQDQ, 2009).
/// </summary>
internal static partial class Crc32C
{
    private const ulong Polynomial = 0x1EDC6F41;
    private static readonly Vector128<ulong> FoldBy2048 = FoldBy(2048), FoldBy512 = FoldBy(512), FoldBy128 = FoldBy(128);

    private static uint Fold(ref byte block)
    {
        // Four streams of 64 bytes side by side; the initial value goes into the first four bytes of the message.
        var a = Load(ref block, 0) ^ Vector512.CreateScalar((ulong)uint.MaxValue);
        var (b, c, d) = (Load(ref block, 64), Load(ref block, 128), Load(ref block, 192));
        var far = Broadcast(FoldBy2048);
        for (var at = 256; at < Limits.BlockBytes; at += 256)
        {
            a = Multiply(a, far) ^ Load(ref block, at);
            b = Multiply(b, far) ^ Load(ref block, at + 64);
            c = Multiply(c, far) ^ Load(ref block, at + 128);
            d = Multiply(d, far) ^ Load(ref block, at + 192);
        }
        var near = Broadcast(FoldBy512);
        var all = Multiply(Multiply(Multiply(a, near) ^ b, near) ^ c, near) ^ d;
        var sum = all.GetLower().GetLower();
        sum = Multiply(sum, FoldBy128) ^ all.GetLower().GetUpper();
        sum = Multiply(sum, FoldBy128) ^ all.GetUpper().GetLower();
        sum = Multiply(sum, FoldBy128) ^ all.GetUpper().GetUpper();
        return ~BitOperations.Crc32C(BitOperations.Crc32C(0, sum[0]), sum[1]);
    }

    private static Vector512<ulong> Broadcast(Vector128<ulong> value)
    {
        var two = Vector256.Create(value, value);
        return Vector512.Create(two, two);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Load(ref byte block, int at) => Unsafe.ReadUnaligned<Vector512<ulong>>(ref Unsafe.Add(ref block, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Multiply(Vector512<ulong> value, Vector512<ulong> by) =>
        Pclmulqdq.V512.CarrylessMultiply(value, by, 0x00) ^ Pclmulqdq.V512.CarrylessMultiply(value, by, 0x11);

    private static Vector128<ulong> Multiply(Vector128<ulong> value, Vector128<ulong> by) =>
        Pclmulqdq.CarrylessMultiply(value, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, by, 0x11);

    /// <summary>The factors for the low and the high half of 128 bits: x^(n+32) and x^(n-32) modulo the polynomial, in reflected bits.</summary>
    private static Vector128<ulong> FoldBy(int bits) => Vector128.Create(Reflected(Power(bits + 32)), Reflected(Power(bits - 32)));

    private static ulong Power(int exponent)
    {
        var value = 1UL;
        for (var i = 0; i < exponent; i++)
        {
            value <<= 1;
            if ((value >> 32) != 0) value ^= 1UL << 32 | Polynomial;
        }
        return value;
    }

    private static ulong Reflected(ulong value)
    {
        var reflected = 0UL;
        for (var i = 0; i < 32; i++) reflected |= (value >> i & 1) << 31 - i;
        return reflected << 1;
    }
}
