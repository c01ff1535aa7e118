using SnapshotPortal.ControlPlane.Disks;

namespace SnapshotPortal.Web.Disks;

/// <summary>
/// Open content as a stream that ASP.NET can send, whole or in ranges; disposal lets the content go. A reader who loses the
/// right to it while it flows gets no further.
/// </summary>
internal sealed class ContentStream(OpenContent content, Func<CancellationToken, Task<bool>> mayRead, TimeProvider clock) : Stream
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(10);
    private long position;
    private long checkedAt = clock.GetTimestamp();

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => content.LengthBytes;

    public override long Position
    {
        get => position;
        set => position = value;
    }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, Length - position);
        if (count <= 0)
            return 0;

        content.Device.Read(position, buffer[..count]);
        position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (clock.GetElapsedTime(checkedAt) > CheckEvery)
        {
            checkedAt = clock.GetTimestamp();
            if (!await mayRead(cancellationToken))
                throw new IOException("Whoever downloads this may no longer see it.");
        }

        return Read(buffer.Span); // a device blocks; the thread pool is where the request runs anyway
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => position + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await content.DisposeAsync();
        await base.DisposeAsync();
    }
}
