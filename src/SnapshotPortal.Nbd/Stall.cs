namespace SnapshotPortal.Nbd;

/// <summary>Since when a client has been holding something up, in seconds of the server's clock: cheap enough for every receive and send. Written by one thread at a time.</summary>
internal sealed class Stall(NbdServer server)
{
    private const int Nothing = -1;
    private int since = Nothing;

    public void Set(bool isHeldUp) => Volatile.Write(ref since, !isHeldUp ? Nothing : since == Nothing ? server.Second : since);

    /// <summary>Whether it has lasted longer.</summary>
    public bool IsLongerThan(TimeSpan timeMax) => Volatile.Read(ref since) is >= 0 and var began && server.Second - began > timeMax.TotalSeconds;
}
