using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Aes = System.Runtime.Intrinsics.X86.Aes;

namespace SnapshotPortal.Engine.Crypto;

/// <summary>XTS with the processor's AES instructions, eight AES blocks side by side: as many as hide their latency.</summary>
internal sealed class VectorCipher : BlockCipher
{
    private const int AesBytes = 16;
    private const int Rounds = 14;
    private const int Lanes = 8;
    private const int ScheduleBytes = (Rounds + 1) * AesBytes;

    // Pinned, so that no copy of the keys stays behind when memory is compacted: for encryption, decryption and tweaks.
    private readonly byte[] schedules = GC.AllocateArray<byte>(3 * ScheduleBytes, pinned: true);

    public VectorCipher(ReadOnlySpan<byte> key)
    {
        Expand(key[..32], ref Schedule(0));
        Invert(ref Schedule(0), ref Schedule(1));
        Expand(key[32..], ref Schedule(2));
    }

    public static bool IsSupported => Aes.IsSupported;

    /// <summary>The steps of one direction.</summary>
    private interface IDirection
    {
        static abstract Vector128<byte> Round(Vector128<byte> state, Vector128<byte> key);

        static abstract Vector128<byte> Last(Vector128<byte> state, Vector128<byte> key);
    }

    public override void EncryptUnit(UInt128 number, ReadOnlySpan<byte> source, Span<byte> destination) =>
        Run<Encryption>(ref Schedule(0), number, source, destination);

    public override void DecryptUnit(UInt128 number, ReadOnlySpan<byte> source, Span<byte> destination) =>
        Run<Decryption>(ref Schedule(1), number, source, destination);

    public override void Dispose() => CryptographicOperations.ZeroMemory(schedules);

    private ref byte Schedule(int index) => ref schedules[index * ScheduleBytes];

    private void Run<T>(ref byte keys, UInt128 number, ReadOnlySpan<byte> source, Span<byte> destination)
        where T : IDirection
    {
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(destination[..source.Length]);
        var tweak = Single<Encryption>(ref Schedule(2), Vector128.Create((ulong)number, (ulong)(number >> 64)).AsByte());
        nuint at = 0, end = (nuint)source.Length;
        for (; at + Lanes * AesBytes <= end; at += Lanes * AesBytes)
            tweak = Eight<T>(ref keys, tweak, ref Unsafe.Add(ref from, at), ref Unsafe.Add(ref to, at));
        for (; at < end; at += AesBytes)
        {
            (Single<T>(ref keys, Vector128.LoadUnsafe(ref from, at) ^ tweak) ^ tweak).StoreUnsafe(ref to, at);
            tweak = Next(tweak);
        }
    }

    private static Vector128<byte> Single<T>(ref byte keys, Vector128<byte> state)
        where T : IDirection
    {
        state ^= Vector128.LoadUnsafe(ref keys);
        for (nuint round = 1; round < Rounds; round++) state = T.Round(state, Vector128.LoadUnsafe(ref keys, round * AesBytes));
        return T.Last(state, Vector128.LoadUnsafe(ref keys, Rounds * AesBytes));
    }

    private static Vector128<byte> Eight<T>(ref byte keys, Vector128<byte> t0, ref byte from, ref byte to)
        where T : IDirection
    {
        var t1 = Next(t0);
        var t2 = Next(t1);
        var t3 = Next(t2);
        var t4 = Next(t3);
        var t5 = Next(t4);
        var t6 = Next(t5);
        var t7 = Next(t6);
        var key = Vector128.LoadUnsafe(ref keys);
        var a = Vector128.LoadUnsafe(ref from, 0) ^ t0 ^ key;
        var b = Vector128.LoadUnsafe(ref from, 16) ^ t1 ^ key;
        var c = Vector128.LoadUnsafe(ref from, 32) ^ t2 ^ key;
        var d = Vector128.LoadUnsafe(ref from, 48) ^ t3 ^ key;
        var e = Vector128.LoadUnsafe(ref from, 64) ^ t4 ^ key;
        var f = Vector128.LoadUnsafe(ref from, 80) ^ t5 ^ key;
        var g = Vector128.LoadUnsafe(ref from, 96) ^ t6 ^ key;
        var h = Vector128.LoadUnsafe(ref from, 112) ^ t7 ^ key;
        for (nuint round = 1; round < Rounds; round++)
        {
            key = Vector128.LoadUnsafe(ref keys, round * AesBytes);
            a = T.Round(a, key);
            b = T.Round(b, key);
            c = T.Round(c, key);
            d = T.Round(d, key);
            e = T.Round(e, key);
            f = T.Round(f, key);
            g = T.Round(g, key);
            h = T.Round(h, key);
        }
        key = Vector128.LoadUnsafe(ref keys, Rounds * AesBytes);
        (T.Last(a, key) ^ t0).StoreUnsafe(ref to, 0);
        (T.Last(b, key) ^ t1).StoreUnsafe(ref to, 16);
        (T.Last(c, key) ^ t2).StoreUnsafe(ref to, 32);
        (T.Last(d, key) ^ t3).StoreUnsafe(ref to, 48);
        (T.Last(e, key) ^ t4).StoreUnsafe(ref to, 64);
        (T.Last(f, key) ^ t5).StoreUnsafe(ref to, 80);
        (T.Last(g, key) ^ t6).StoreUnsafe(ref to, 96);
        (T.Last(h, key) ^ t7).StoreUnsafe(ref to, 112);
        return Next(t7);
    }

    /// <summary>The tweak times x in GF(2^128): what leaves the upper 64 bits comes in again as 0x87, what leaves the lower ones as 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Next(Vector128<byte> tweak)
    {
        var carries = Vector128.Shuffle(tweak.AsInt32(), Vector128.Create(3, 0, 1, 0)) >> 31;
        return (tweak.AsUInt64() << 1 ^ (carries & Vector128.Create(0x87, 0, 1, 0)).AsUInt64()).AsByte();
    }

    /// <summary>The key schedule of AES-256: FIPS 197 §5.2.</summary>
    private static void Expand(ReadOnlySpan<byte> key, ref byte schedule)
    {
        var even = Vector128.Create(key[..16]);
        var odd = Vector128.Create(key[16..]);
        for (var i = 0; ; i++)
        {
            even.StoreUnsafe(ref schedule, (nuint)(2 * i * AesBytes));
            if (i == Rounds / 2) return;
            odd.StoreUnsafe(ref schedule, (nuint)((2 * i + 1) * AesBytes));
            even = Summed(even) ^ (Vector128.Shuffle(Aes.KeygenAssist(odd, 0).AsUInt32(), Vector128.Create(3u)) ^ Vector128.Create(1u << i)).AsByte();
            odd = Summed(odd) ^ Vector128.Shuffle(Aes.KeygenAssist(even, 0).AsUInt32(), Vector128.Create(2u)).AsByte();
        }
    }

    /// <summary>Each word summed with those before it.</summary>
    private static Vector128<byte> Summed(Vector128<byte> words)
    {
        var w = words.AsUInt32();
        var (w0, w1) = (w[0], w[0] ^ w[1]);
        return Vector128.Create(w0, w1, w1 ^ w[2], w1 ^ w[2] ^ w[3]).AsByte();
    }

    private static void Invert(ref byte schedule, ref byte inverse)
    {
        for (nuint round = 0; round <= Rounds; round++)
        {
            var key = Vector128.LoadUnsafe(ref schedule, (Rounds - round) * AesBytes);
            if (round is > 0 and < Rounds) key = Aes.InverseMixColumns(key);
            key.StoreUnsafe(ref inverse, round * AesBytes);
        }
    }

    private readonly struct Encryption : IDirection
    {
        public static Vector128<byte> Round(Vector128<byte> state, Vector128<byte> key) => Aes.Encrypt(state, key);

        public static Vector128<byte> Last(Vector128<byte> state, Vector128<byte> key) => Aes.EncryptLast(state, key);
    }

    private readonly struct Decryption : IDirection
    {
        public static Vector128<byte> Round(Vector128<byte> state, Vector128<byte> key) => Aes.Decrypt(state, key);

        public static Vector128<byte> Last(Vector128<byte> state, Vector128<byte> key) => Aes.DecryptLast(state, key);
    }
}
