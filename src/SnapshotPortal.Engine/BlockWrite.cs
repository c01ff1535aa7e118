namespace SnapshotPortal.Engine;

/// <summary>A change of one range of a device: new bytes, or zeroes.</summary>
public readonly struct BlockWrite
{
    private BlockWrite(long offsetBytes, long lengthBytes, ReadOnlyMemory<byte> data) => (OffsetBytes, LengthBytes, Data) = (offsetBytes, lengthBytes, data);

    /// <summary>Where it begins.</summary>
    public long OffsetBytes { get; }

    /// <summary>How long it is.</summary>
    public long LengthBytes { get; }

    /// <summary>The new bytes; empty: zeroes.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>Whether the range becomes zeroes.</summary>
    public bool IsZeroes => Data.IsEmpty;

    /// <summary>New bytes for a range; they stay unchanged until the write has returned.</summary>
    public static BlockWrite Of(long offsetBytes, ReadOnlyMemory<byte> data) => new(offsetBytes, data.Length, data);

    /// <summary>Zeroes for a range.</summary>
    public static BlockWrite Zeroes(long offsetBytes, long lengthBytes) => new(offsetBytes, lengthBytes, default);
}
