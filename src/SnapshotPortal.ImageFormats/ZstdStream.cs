using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.ImageFormats;

/// <summary>
/// A device's content as zstd (RFC 8878): one frame for each MiB, compressed when it is read; <c>zstd -d --sparse</c> makes
/// a sparse file of it. Zeroes that the device knows of are not read, and take 50 bytes a MiB.
/// </summary>
/// <param name="content">What is compressed. It must not change meanwhile.</param>
/// <param name="close">Called once at the disposal.</param>
public sealed class ZstdStream(IBlockDevice content, Func<ValueTask>? close = null) : Stream
{
    private const int PieceBytes = 1 << 20, Level = 3;

    // A frame is never longer than its content by more than this (zstd.h, ZSTD_COMPRESSBOUND).
    private readonly byte[] piece = new byte[PieceBytes], frame = new byte[PieceBytes + (PieceBytes >> 8) + 64];
    private byte[]? zeroes;
    private ReadOnlyMemory<byte> ready;
    private long position;

    /// <summary>Whether the system has the library.</summary>
    public static bool IsAvailable => Zstd.IsAvailable;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (ready.IsEmpty && position < content.LengthBytes) ready = Next();
        var count = Math.Min(buffer.Length, ready.Length);
        ready.Span[..count].CopyTo(buffer);
        ready = ready[count..];
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        if (close is not null) await close();
        await base.DisposeAsync();
    }

    private ReadOnlyMemory<byte> Next()
    {
        var length = (int)Math.Min(PieceBytes, content.LengthBytes - position);
        var holdsData = content.Extents(position, length).Any(extent => extent.Kind == ExtentKind.Data);
        if (holdsData) content.Read(position, piece.AsSpan(0, length));
        position += length;
        if (holdsData) return frame.AsMemory(0, Zstd.Compress(piece.AsSpan(0, length), frame, Level));
        return length == PieceBytes ? zeroes ??= Compressed(new byte[length]) : Compressed(new byte[length]);
    }

    private byte[] Compressed(byte[] plain) => frame[..Zstd.Compress(plain, frame, Level)];
}
