using System.Globalization;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Testing;

/// <summary>A base whose name tells its content: half of its chunks hold a tag's pattern, the others are holes.</summary>
public sealed class PatternBase(ulong tag, long blocks) : IBlockDevice
{
    private const int ChunkBlocks = Limits.ChunkBytes / Limits.BlockBytes;

    /// <summary>What the pool knows it by.</summary>
    public string Name { get; } = $"base-{tag}-{blocks}";

    /// <inheritdoc/>
    public long LengthBytes => blocks * Limits.BlockBytes;

    /// <inheritdoc/>
    public bool IsReadOnly => true;

    /// <summary>Whether every read fails as with a store that does not answer.</summary>
    public bool IsAway { get; set; }

    /// <summary>Called before each read.</summary>
    public Action<long>? BeforeRead { get; set; }

    /// <summary>The numbers of the blocks that it holds.</summary>
    public IEnumerable<long> Blocks => Enumerable.Range(0, (int)blocks).Select(lba => (long)lba).Where(Holds);

    /// <summary>Hands in the bases of a pool that was opened.</summary>
    public static void HandIn(Pool pool)
    {
        foreach (var name in pool.Bases)
            pool.HandInBase(name, Of(name));
    }

    /// <summary>The base of a name.</summary>
    public static PatternBase Of(string name, bool isAway = false)
    {
        var numbers = name.Split('-')[1..].Select(part => long.Parse(part, CultureInfo.InvariantCulture)).ToArray();
        return new((ulong)numbers[0], numbers[1]) { IsAway = isAway };
    }

    /// <inheritdoc/>
    public void Read(long offsetBytes, Span<byte> destination)
    {
        BeforeRead?.Invoke(offsetBytes);
        if (IsAway) throw new EngineException(EngineFault.StoreUnavailable, $"The store of '{Name}' is away.");
        if (offsetBytes < 0 || destination.Length > LengthBytes - offsetBytes) throw new ArgumentOutOfRangeException(nameof(offsetBytes));
        while (!destination.IsEmpty)
        {
            var piece = destination[..(int)Math.Min(destination.Length, Limits.BlockBytes - offsetBytes % Limits.BlockBytes)];
            Pattern.Fill(Holds(offsetBytes / Limits.BlockBytes) ? tag : Pattern.Zeroes, offsetBytes, piece);
            offsetBytes += piece.Length;
            destination = destination[piece.Length..];
        }
    }

    /// <inheritdoc/>
    public IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes)
    {
        for (var at = offsetBytes; at < offsetBytes + lengthBytes;)
        {
            var start = at;
            var kind = KindAt(at);
            do at = Math.Min(offsetBytes + lengthBytes, (at / Limits.ChunkBytes + 1) * Limits.ChunkBytes);
            while (at < offsetBytes + lengthBytes && KindAt(at) == kind);
            yield return new(start, at - start, kind);
        }
    }

    /// <inheritdoc/>
    public void Write(long offsetBytes, ReadOnlySpan<byte> source) => throw Refused();

    /// <inheritdoc/>
    public void WriteZeroes(long offsetBytes, long lengthBytes) => throw Refused();

    /// <inheritdoc/>
    public void Trim(long offsetBytes, long lengthBytes) => throw Refused();

    /// <inheritdoc/>
    public void Flush() { }

    private bool Holds(long lba) => (((ulong)(lba / ChunkBlocks) + tag) * 0x9E37_79B9_7F4A_7C15 >> 63) == 0;

    private ExtentKind KindAt(long offsetBytes) => Holds(offsetBytes / Limits.BlockBytes) ? ExtentKind.Data : ExtentKind.Hole;

    private EngineException Refused() => new(EngineFault.ReadOnly, $"'{Name}' takes no changes.");
}
