using SnapshotPortal.Engine;

namespace SnapshotPortal.Nbd.Tests.Harness;

/// <summary>A device of one array that allocates nothing. Reads and writes of its first block, and flushes, wait until they are let through.</summary>
internal sealed class SlowDevice(int lengthBytes) : IBlockDevice
{
    private readonly byte[] bytes = new byte[lengthBytes];

    /// <summary>Set: nothing waits.</summary>
    public ManualResetEventSlim Gate { get; } = new();

    /// <summary>How many calls wait.</summary>
    public int Waiting;

    public long LengthBytes => bytes.Length;

    public bool IsReadOnly => false;

    public void Read(long offsetBytes, Span<byte> destination)
    {
        if (offsetBytes < Limits.BlockBytes) Wait();
        bytes.AsSpan((int)offsetBytes, destination.Length).CopyTo(destination);
    }

    public void Write(long offsetBytes, ReadOnlySpan<byte> source)
    {
        if (offsetBytes < Limits.BlockBytes) Wait();
        source.CopyTo(bytes.AsSpan((int)offsetBytes));
    }

    public void WriteZeroes(long offsetBytes, long lengthBytes) => bytes.AsSpan((int)offsetBytes, (int)lengthBytes).Clear();

    public void Trim(long offsetBytes, long lengthBytes) => WriteZeroes(offsetBytes, lengthBytes);

    public void Flush() => Wait();

    public IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes) => [new(offsetBytes, lengthBytes, ExtentKind.Data)];

    public bool TryRead(long offsetBytes, Span<byte> destination)
    {
        if (offsetBytes < Limits.BlockBytes && !Gate.IsSet) return false;
        Read(offsetBytes, destination);
        return true;
    }

    public bool TryWrite(ReadOnlySpan<BlockWrite> writes)
    {
        foreach (var write in writes)
        {
            if (write.OffsetBytes < Limits.BlockBytes && !Gate.IsSet) return false;
            if (write.IsZeroes) WriteZeroes(write.OffsetBytes, write.LengthBytes);
            else Write(write.OffsetBytes, write.Data.Span);
        }
        return true;
    }

    /// <summary>Returns once so many calls wait.</summary>
    public async Task AwaitWaiting(int count)
    {
        while (Volatile.Read(ref Waiting) < count) await Task.Yield();
    }

    private void Wait()
    {
        Interlocked.Increment(ref Waiting);
        if (!Gate.Wait(WireClient.TimeMax)) throw new TimeoutException("The gate was not opened.");
        Interlocked.Decrement(ref Waiting);
    }
}
