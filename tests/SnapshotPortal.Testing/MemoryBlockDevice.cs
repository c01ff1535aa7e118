using SnapshotPortal.Engine;

namespace SnapshotPortal.Testing;

/// <summary>A device in sparse memory that remembers when each block changed, as a disk in a pool does.</summary>
public sealed class MemoryBlockDevice : IBlockDevice
{
    private readonly Lock gate = new();
    private readonly Dictionary<long, Block> blocks = [];

    /// <summary>Makes a device of zeroes.</summary>
    public MemoryBlockDevice(long lengthBytes)
    {
        if (lengthBytes % Limits.BlockBytes != 0) throw new ArgumentOutOfRangeException(nameof(lengthBytes));
        LengthBytes = lengthBytes;
    }

    /// <inheritdoc/>
    public long LengthBytes { get; }

    /// <inheritdoc/>
    public bool IsReadOnly { get; set; }

    /// <summary>The epoch in which changes are born.</summary>
    public uint Epoch { get; private set; } = 1;

    /// <summary>How many bytes were read.</summary>
    public long ReadBytes { get; private set; }

    /// <summary>Called before each read; throws what the read shall throw.</summary>
    public Action<long>? BeforeRead { get; set; }

    /// <summary>Ends the epoch and returns its number: <see cref="ChangedSince"/> then tells what changed later.</summary>
    public uint EndEpoch()
    {
        lock (gate) return Epoch++;
    }

    /// <summary>A copy that does not change, with the same epochs.</summary>
    public MemoryBlockDevice Freeze()
    {
        lock (gate)
        {
            var copy = new MemoryBlockDevice(LengthBytes) { IsReadOnly = true, Epoch = Epoch };
            copy.blocks.EnsureCapacity(blocks.Count);
            foreach (var (index, block) in blocks) copy.blocks.Add(index, block);
            return copy;
        }
    }

    /// <inheritdoc/>
    public void Read(long offsetBytes, Span<byte> destination)
    {
        CheckRange(offsetBytes, destination.Length);
        BeforeRead?.Invoke(offsetBytes);
        lock (gate)
        {
            ReadBytes += destination.Length;
            foreach (var (index, within, length) in Pieces(offsetBytes, destination.Length))
            {
                var piece = destination[..length];
                if (blocks.TryGetValue(index, out var block) && block.Bytes is { } bytes) bytes.AsSpan(within, length).CopyTo(piece);
                else piece.Clear();
                destination = destination[length..];
            }
        }
    }

    /// <inheritdoc/>
    public void Write(long offsetBytes, ReadOnlySpan<byte> source)
    {
        CheckChange(offsetBytes, source.Length);
        lock (gate)
        {
            foreach (var (index, within, length) in Pieces(offsetBytes, source.Length))
            {
                var bytes = blocks.TryGetValue(index, out var old) && old.Bytes is { } content ? content.ToArray() : new byte[Limits.BlockBytes];
                source[..length].CopyTo(bytes.AsSpan(within));
                blocks[index] = new Block(bytes, Epoch);
                source = source[length..];
            }
        }
    }

    /// <inheritdoc/>
    public void WriteZeroes(long offsetBytes, long lengthBytes)
    {
        CheckChange(offsetBytes, lengthBytes);
        lock (gate)
        {
            foreach (var (index, within, length) in Pieces(offsetBytes, lengthBytes))
            {
                if (length == Limits.BlockBytes) blocks[index] = new Block(null, Epoch);
                else Write(index * Limits.BlockBytes + within, new byte[length]);
            }
        }
    }

    /// <inheritdoc/>
    public void Trim(long offsetBytes, long lengthBytes) => WriteZeroes(offsetBytes, lengthBytes);

    /// <inheritdoc/>
    public void Flush() { }

    /// <inheritdoc/>
    public IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes)
    {
        CheckRange(offsetBytes, lengthBytes);
        lock (gate) return Merge(WithHoles(offsetBytes, offsetBytes + lengthBytes)).ToArray();
    }

    /// <summary>The ranges that changed after an epoch, without those that did not: everything ever written for 0.</summary>
    public IEnumerable<Extent> ChangedSince(uint epoch)
    {
        lock (gate)
        {
            return Merge(blocks.Where(b => b.Value.Born > epoch).OrderBy(b => b.Key)
                .Select(b => new Extent(b.Key * Limits.BlockBytes, Limits.BlockBytes, b.Value.Kind))).ToArray();
        }
    }

    private IEnumerable<Extent> WithHoles(long offsetBytes, long endBytes)
    {
        var last = (endBytes - 1) / Limits.BlockBytes;
        foreach (var (index, block) in blocks.Where(b => b.Key >= offsetBytes / Limits.BlockBytes && b.Key <= last).OrderBy(b => b.Key).ToArray())
        {
            long begin = Math.Max(index * Limits.BlockBytes, offsetBytes), end = Math.Min((index + 1) * Limits.BlockBytes, endBytes);
            if (begin > offsetBytes) yield return new Extent(offsetBytes, begin - offsetBytes, ExtentKind.Hole);
            yield return new Extent(begin, end - begin, block.Kind);
            offsetBytes = end;
        }
        if (endBytes > offsetBytes) yield return new Extent(offsetBytes, endBytes - offsetBytes, ExtentKind.Hole);
    }

    private static IEnumerable<Extent> Merge(IEnumerable<Extent> extents)
    {
        Extent? last = null;
        foreach (var extent in extents)
        {
            if (last is { } open && open.Kind == extent.Kind && open.EndBytes == extent.OffsetBytes) last = open with { LengthBytes = open.LengthBytes + extent.LengthBytes };
            else
            {
                if (last is { } done) yield return done;
                last = extent;
            }
        }
        if (last is { } final) yield return final;
    }

    private static IEnumerable<(long Index, int Within, int Length)> Pieces(long offsetBytes, long lengthBytes)
    {
        for (var end = offsetBytes + lengthBytes; offsetBytes < end;)
        {
            var within = (int)(offsetBytes % Limits.BlockBytes);
            var length = (int)Math.Min(Limits.BlockBytes - within, end - offsetBytes);
            yield return (offsetBytes / Limits.BlockBytes, within, length);
            offsetBytes += length;
        }
    }

    private void CheckChange(long offsetBytes, long lengthBytes)
    {
        CheckRange(offsetBytes, lengthBytes);
        if (IsReadOnly) throw new EngineException(EngineFault.ReadOnly, "The device takes no changes.");
    }

    private void CheckRange(long offsetBytes, long lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offsetBytes, LengthBytes - lengthBytes);
    }

    private readonly record struct Block(byte[]? Bytes, uint Born)
    {
        public ExtentKind Kind => Bytes is null ? ExtentKind.Zero : ExtentKind.Data;
    }
}
