namespace SnapshotPortal.Engine.Repositories;

/// <summary>A set of numbers below a bound, a bit each. Not thread-safe.</summary>
internal sealed class BitSet(long bound)
{
    private const int PieceBits = 1 << 23;   // 1 MiB, made when the first of its numbers is added

    private readonly ulong[]?[] pieces = new ulong[]?[bound / PieceBits + 1];

    /// <summary>Adds a number; false where it was there.</summary>
    public bool Add(long number)
    {
        var (piece, bit) = Math.DivRem(number, PieceBits);
        ref var word = ref (pieces[piece] ??= new ulong[PieceBits / 64])[bit / 64];
        var mask = 1UL << (int)(bit % 64);
        if ((word & mask) != 0) return false;
        word |= mask;
        return true;
    }

    public bool Contains(long number)
    {
        var (piece, bit) = Math.DivRem(number, PieceBits);
        return pieces[piece] is { } words && (words[bit / 64] >> (int)(bit % 64) & 1) != 0;
    }
}
