using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

/// <summary>A small pool on a simulated file system, for the examples.</summary>
public abstract class PoolFixture : IDisposable
{
    protected const int Block = Limits.BlockBytes;

    protected PoolFixture() => Session = new(Files, "/pool", Options);

    protected static PoolOptions Options { get; } = new() { SegmentBytes = 256 * 1024, BackgroundCheckpoints = false };

    protected SimulatedFileSystem Files { get; } = new(1);

    protected PoolSession Session { get; private set; }

    protected Pool Pool => Session.Pool;

    public void Dispose()
    {
        try
        {
            Session.Dispose();
        }
        catch (EngineException) when (Files.HasFailed)
        {
            // A test that let the medium fail has looked at what follows.
        }

        GC.SuppressFinalize(this);
    }

    protected static byte[] Filled(byte value, int bytes = Block)
    {
        var content = new byte[bytes];
        content.AsSpan().Fill(value);
        return content;
    }

    protected static byte[] Read(IBlockDevice device, long offsetBytes = 0, int lengthBytes = Block)
    {
        var content = Filled(0xEE, lengthBytes);
        device.Read(offsetBytes, content);
        return content;
    }

    protected static EngineFault FaultOf(Action call) => Assert.Throws<EngineException>(call).Fault;
}
