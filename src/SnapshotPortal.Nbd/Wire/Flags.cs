namespace SnapshotPortal.Nbd.Wire;

/// <summary>What the server offers in its greeting ("Handshake flags").</summary>
[Flags]
internal enum HandshakeFlags : ushort
{
    FixedNewstyle = 1 << 0,
    NoZeroes = 1 << 1,
}

/// <summary>What the client answers to the greeting ("Client flags").</summary>
[Flags]
internal enum ClientFlags : uint
{
    None = 0,
    FixedNewstyle = 1 << 0,
    NoZeroes = 1 << 1,
}

/// <summary>What an export can do ("Transmission flags").</summary>
[Flags]
internal enum TransmissionFlags : ushort
{
    None = 0,
    HasFlags = 1 << 0,
    ReadOnly = 1 << 1,
    SendFlush = 1 << 2,
    SendFua = 1 << 3,
    SendTrim = 1 << 5,
    SendWriteZeroes = 1 << 6,
    SendDf = 1 << 7,
    CanMultiConn = 1 << 8,
    SendCache = 1 << 10,
    SendFastZero = 1 << 11,
}

/// <summary>How a request is to be carried out ("Command flags").</summary>
[Flags]
internal enum CommandFlags : ushort
{
    None = 0,

    /// <summary>Answered only once what it wrote would survive a crash.</summary>
    Fua = 1 << 0,

    /// <summary>Zeroes that shall take space.</summary>
    NoHole = 1 << 1,

    /// <summary>A read's reply in one piece.</summary>
    Df = 1 << 2,

    /// <summary>One extent for each context is enough.</summary>
    ReqOne = 1 << 3,

    /// <summary>Zeroes only where that is faster than writing them.</summary>
    FastZero = 1 << 4,
}

/// <summary>What is known of an extent in the context <c>base:allocation</c> ("Metadata querying").</summary>
[Flags]
internal enum AllocationFlags : uint
{
    Data = 0,
    Hole = 1 << 0,
    Zero = 1 << 1,
}
