namespace SnapshotPortal.Nbd.Wire;

/// <summary>What a client asks for before transmission ("Option types").</summary>
internal enum OptionCode : uint
{
    ExportName = 1,
    Abort = 2,
    List = 3,
    StartTls = 5,
    Info = 6,
    Go = 7,
    StructuredReply = 8,
    ListMetaContext = 9,
    SetMetaContext = 10,
}

/// <summary>How an option is answered ("Option reply types").</summary>
internal enum OptionReply : uint
{
    Acknowledged = 1,
    Server = 2,
    Info = 3,
    MetaContext = 4,
    Unsupported = Error | 1,
    RefusedByPolicy = Error | 2,
    Invalid = Error | 3,
    TlsRequired = Error | 5,
    UnknownExport = Error | 6,
    ShuttingDown = Error | 7,
    TooBig = Error | 9,
    Error = 1u << 31,
}

/// <summary>What is told of an export ("Option reply types", NBD_REP_INFO).</summary>
internal enum InfoType : ushort
{
    Export = 0,
    Name = 1,
    Description = 2,
    BlockSize = 3,
}
