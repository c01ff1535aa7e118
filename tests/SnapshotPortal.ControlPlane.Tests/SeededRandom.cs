using System.Security.Cryptography;

namespace SnapshotPortal.ControlPlane.Tests;

/// <summary>Randomness that a seed repeats.</summary>
internal sealed class SeededRandom(int seed) : RandomNumberGenerator
{
    private readonly Random random = new(seed);

    public override void GetBytes(byte[] data) => GetBytes(data.AsSpan());

    public override void GetBytes(Span<byte> data)
    {
        lock (random) random.NextBytes(data);
    }
}
