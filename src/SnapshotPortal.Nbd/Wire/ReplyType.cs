namespace SnapshotPortal.Nbd.Wire;

/// <summary>What a chunk of a structured reply holds ("Structured reply chunk message").</summary>
internal enum ReplyType : ushort
{
    None = 0,
    OffsetData = 1,
    BlockStatus = 5,
    Error = (1 << 15) | 1,
}
