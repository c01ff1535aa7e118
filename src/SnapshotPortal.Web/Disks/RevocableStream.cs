namespace SnapshotPortal.Web.Disks;

/// <summary>What is being downloaded, as long as it may be: a reader who loses the right to it while it flows gets no further.</summary>
internal sealed class RevocableStream(Stream content, Func<CancellationToken, Task<bool>> mayRead, TimeProvider clock) : Stream
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(10);
    private long checkedAt = clock.GetTimestamp();

    public override bool CanRead => true;

    public override bool CanSeek => content.CanSeek;

    public override bool CanWrite => false;

    public override long Length => content.Length;

    public override long Position
    {
        get => content.Position;
        set => content.Position = value;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous reads can look whether they may.");

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (clock.GetElapsedTime(checkedAt) > CheckEvery)
        {
            checkedAt = clock.GetTimestamp();
            if (!await mayRead(cancellationToken))
                throw new IOException("Whoever downloads this may no longer see it.");
        }

        return await content.ReadAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => content.Seek(offset, origin);

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
