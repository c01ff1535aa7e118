namespace SnapshotPortal.Nbd.Wire;

/// <summary>What a request asks for ("Request types").</summary>
internal enum Command : ushort
{
    Read = 0,
    Write = 1,
    Disconnect = 2,
    Flush = 3,
    Trim = 4,
    Cache = 5,
    WriteZeroes = 6,
    BlockStatus = 7,
}
