namespace SnapshotPortal.Nbd;

/// <summary>Every bound of the server, each with its reason.</summary>
public static class NbdLimits
{
    /// <summary>The largest read or write, as advertised: what the protocol recommends, and what Linux and QEMU never exceed.</summary>
    public const int RequestBytesMax = 32 << 20;

    /// <summary>The longest name of an export, in bytes of UTF-8 (proto.md, "Conventions").</summary>
    public const int NameBytesMax = 4096;

    /// <summary>The longest option that is read. Longer ones are skipped and refused.</summary>
    public const int OptionBytesMax = 64 << 10;

    /// <summary>The longest option that is skipped; a longer one is taken for an attack, and the connection dropped.</summary>
    public const int OptionSkippedBytesMax = 1 << 20;

    /// <summary>The most options before transmission. QEMU needs 6; who tries names by the thousand is dropped.</summary>
    public const int OptionsMax = 64;

    /// <summary>The most contexts that one option may ask for.</summary>
    public const int QueriesMax = 64;

    /// <summary>The most requests of a connection that wait at once, each on a thread; then no more are read. QEMU has 16, Linux 128 in flight.</summary>
    public const int WaitingRequestsMax = 64;

    /// <summary>The most bytes of requests of a connection that wait at once; then no more are read.</summary>
    public const long WaitingBytesMax = 64L << 20;

    /// <summary>The most extents in the answer to a block status; the client asks again for the rest.</summary>
    public const int ExtentsMax = 1024;
}
