using System.Numerics;

namespace SnapshotPortal.Engine.Pools;

/// <summary>A count that many threads add to: each processor has a cache line of its own, so none waits for another's.</summary>
internal sealed class Tally
{
    private const int Spacing = 64 / sizeof(long);

    // More would only cost memory: each disk has a handful of tallies.
    private const int StripesMax = 8;

    private static readonly int Stripes = (int)Math.Min(StripesMax, BitOperations.RoundUpToPowerOf2((uint)Environment.ProcessorCount));
    private readonly long[] cells = new long[(Stripes + 1) * Spacing];

    /// <summary>The sum of all that was added.</summary>
    public long Total
    {
        get
        {
            var total = 0L;
            for (var i = Spacing; i < cells.Length; i += Spacing) total += Volatile.Read(ref cells[i]);
            return total;
        }
    }

    /// <summary>Adds, and returns what has been added on this processor.</summary>
    public long Add(long amount) => Interlocked.Add(ref cells[((Thread.GetCurrentProcessorId() & (Stripes - 1)) + 1) * Spacing], amount);
}
