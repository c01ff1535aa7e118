namespace SnapshotPortal.Engine;

/// <summary>
/// A disk's content as an array of bytes: a disk in a pool, a kept snapshot, an image file.
/// </summary>
/// <remarks>
/// All members are safe to call from any number of threads at once and block until done. Overlapping requests that
/// run at the same time take effect in some order, block (4 KiB) by block. A completed write is seen by every later
/// read; it survives a crash once a <see cref="Flush"/> that began after it has returned.
/// Errors: <see cref="ArgumentOutOfRangeException"/> for a range outside the device; <see cref="EngineException"/> with
/// <see cref="EngineFault.ReadOnly"/>, <see cref="EngineFault.Full"/>, <see cref="EngineFault.Corrupt"/>,
/// <see cref="EngineFault.Io"/>, <see cref="EngineFault.Fenced"/>, <see cref="EngineFault.KeyUnavailable"/>, <see cref="EngineFault.StoreUnavailable"/>.
/// </remarks>
public interface IBlockDevice
{
    /// <summary>The size in bytes, a multiple of <see cref="Limits.BlockBytes"/>.</summary>
    long LengthBytes { get; }

    /// <summary>Whether every change is refused with <see cref="EngineFault.ReadOnly"/>.</summary>
    bool IsReadOnly { get; }

    /// <summary>Fills <paramref name="destination"/> with the bytes at <paramref name="offsetBytes"/>. What was never written reads as zeroes.</summary>
    void Read(long offsetBytes, Span<byte> destination);

    /// <summary>Replaces the bytes at <paramref name="offsetBytes"/>; any offset and length inside the device.</summary>
    void Write(long offsetBytes, ReadOnlySpan<byte> source);

    /// <summary>Makes the range read as zeroes.</summary>
    void WriteZeroes(long offsetBytes, long lengthBytes);

    /// <summary>Says that the range's content is not needed any more; afterwards it reads as zeroes.</summary>
    void Trim(long offsetBytes, long lengthBytes);

    /// <summary>Returns once every change completed before the call would survive a crash.</summary>
    void Flush();

    /// <summary>
    /// What the range holds, in ascending order, without gaps or overlaps; neighbours differ in kind. The enumeration
    /// is not a snapshot: changes made meanwhile may or may not be seen.
    /// </summary>
    IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes);

    /// <summary>Makes several changes, those that overlap in this order. Throws the first failure; others may have been made then.</summary>
    /// <param name="writes">The changes.</param>
    /// <param name="cancel">Ends a wait for the device's limits, before anything was changed.</param>
    void Write(ReadOnlySpan<BlockWrite> writes, CancellationToken cancel)
    {
        foreach (var write in writes)
        {
            if (write.IsZeroes) WriteZeroes(write.OffsetBytes, write.LengthBytes);
            else Write(write.OffsetBytes, write.Data.Span);
        }
    }

    /// <summary>As <see cref="Write(ReadOnlySpan{BlockWrite}, CancellationToken)"/> does; or returns false, with some or none of the changes made, where it would have to wait for anything but local storage.</summary>
    bool TryWrite(ReadOnlySpan<BlockWrite> writes)
    {
        Write(writes, CancellationToken.None);
        return true;
    }

    /// <summary>As <see cref="Read(long, Span{byte})"/> does; the token ends a wait for the device's limits.</summary>
    void Read(long offsetBytes, Span<byte> destination, CancellationToken cancel) => Read(offsetBytes, destination);

    /// <summary>As <see cref="Read(long, Span{byte})"/> does; or returns false, with anything in the destination, where it would have to wait for anything but local storage.</summary>
    bool TryRead(long offsetBytes, Span<byte> destination)
    {
        Read(offsetBytes, destination);
        return true;
    }
}

/// <summary>A range of a device and what it holds.</summary>
/// <param name="OffsetBytes">Where it begins.</param>
/// <param name="LengthBytes">How long it is; more than 0.</param>
/// <param name="Kind">What it holds.</param>
public readonly record struct Extent(long OffsetBytes, long LengthBytes, ExtentKind Kind)
{
    /// <summary>The first byte behind the range.</summary>
    public long EndBytes => OffsetBytes + LengthBytes;
}

/// <summary>What an <see cref="Extent"/> holds.</summary>
public enum ExtentKind
{
    /// <summary>Never written, or given back: reads as zeroes and takes no space.</summary>
    Hole,

    /// <summary>Written with zeroes or trimmed: reads as zeroes and takes no space, but is a change.</summary>
    Zero,

    /// <summary>Stored bytes.</summary>
    Data,
}
