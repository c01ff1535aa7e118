using System.Collections.Concurrent;

namespace SnapshotPortal.Web.Disks;

/// <summary>The memory for parts on their way into disks: so many buffers and no more, however many uploads there are.</summary>
internal sealed class PartBuffers : IDisposable
{
    public const int PartBytes = 8 << 20;
    private const int BufferCountMax = 8;
    private readonly SemaphoreSlim free = new(BufferCountMax);
    private readonly ConcurrentBag<byte[]> idle = [];

    public async Task<Lease> RentAsync(CancellationToken cancel)
    {
        await free.WaitAsync(cancel);
        return new Lease(this, idle.TryTake(out var buffer) ? buffer : GC.AllocateUninitializedArray<byte>(PartBytes));
    }

    public void Dispose() => free.Dispose();

    public readonly struct Lease(PartBuffers owner, byte[] buffer) : IDisposable
    {
        public byte[] Buffer { get; } = buffer;

        public void Dispose()
        {
            owner.idle.Add(Buffer);
            owner.free.Release();
        }
    }
}
