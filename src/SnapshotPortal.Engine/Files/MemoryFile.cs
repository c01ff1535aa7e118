namespace SnapshotPortal.Engine.Files;

/// <summary>A file that nothing outlives: for what is derived and small, where no directory is given. Pieces are made as they are written.</summary>
internal sealed class MemoryFile : IFile
{
    private const int PieceBytes = 64 * 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<long, byte[]> pieces = [];
    private long lengthBytes;

    public long LengthBytes => Interlocked.Read(ref lengthBytes);

    public long AllocatedBytes
    {
        get
        {
            lock (gate) return (long)pieces.Count * PieceBytes;
        }
    }

    public int Read(long offsetBytes, Span<byte> destination)
    {
        lock (gate)
        {
            destination = destination[..(int)Math.Clamp(lengthBytes - offsetBytes, 0, destination.Length)];
            for (var done = 0; done < destination.Length;)
            {
                var (number, within) = Math.DivRem(offsetBytes + done, PieceBytes);
                var part = destination.Slice(done, Math.Min(destination.Length - done, PieceBytes - (int)within));
                if (pieces.TryGetValue(number, out var piece)) piece.AsSpan((int)within, part.Length).CopyTo(part);
                else part.Clear();
                done += part.Length;
            }
            return destination.Length;
        }
    }

    public void Write(long offsetBytes, ReadOnlySpan<byte> source)
    {
        lock (gate)
        {
            for (var done = 0; done < source.Length;)
            {
                var (number, within) = Math.DivRem(offsetBytes + done, PieceBytes);
                var length = Math.Min(source.Length - done, PieceBytes - (int)within);
                if (!pieces.TryGetValue(number, out var piece)) pieces.Add(number, piece = new byte[PieceBytes]);
                source.Slice(done, length).CopyTo(piece.AsSpan((int)within));
                done += length;
            }
            lengthBytes = Math.Max(lengthBytes, offsetBytes + source.Length);
        }
    }

    public void Allocate(long lengthBytes) => SetLength(Math.Max(LengthBytes, lengthBytes));

    public void SetLength(long lengthBytes)
    {
        lock (gate)
        {
            if (lengthBytes < this.lengthBytes) throw new NotSupportedException("A file in memory does not shrink.");
            this.lengthBytes = lengthBytes;
        }
    }

    public void PunchHole(long offsetBytes, long lengthBytes) => throw new NotSupportedException("A file in memory has no holes.");

    public void Sync() { }

    public void Dispose() { }
}
