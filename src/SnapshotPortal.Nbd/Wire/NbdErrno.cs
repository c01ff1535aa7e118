using SnapshotPortal.Engine;

namespace SnapshotPortal.Nbd.Wire;

/// <summary>The errors of the protocol ("Error values"), and the one place that translates the engine's into them.</summary>
internal enum NbdErrno : uint
{
    None = 0,
    NotPermitted = 1,       // EPERM
    InputOutput = 5,        // EIO
    Invalid = 22,           // EINVAL
    NoSpace = 28,           // ENOSPC
    Overflow = 75,          // EOVERFLOW
    ShuttingDown = 108,     // ESHUTDOWN
}

internal static class NbdErrors
{
    /// <summary>Whether an exception is an expected failure of a request; anything else is a bug and ends the connection.</summary>
    public static bool IsExpected(Exception e) => e is EngineException or ObjectDisposedException or OperationCanceledException;

    /// <summary>What the client is told of an expected failure.</summary>
    public static NbdErrno Of(Exception e) => e switch
    {
        EngineException engine => Of(engine.Fault),
        _ => NbdErrno.ShuttingDown, // The pool was closed, or the export revoked.
    };

    private static NbdErrno Of(EngineFault fault) => fault switch
    {
        EngineFault.ReadOnly or EngineFault.KeyUnavailable => NbdErrno.NotPermitted,
        EngineFault.Full => NbdErrno.NoSpace,
        EngineFault.Missing => NbdErrno.ShuttingDown, // Deleted: what was served is gone.
        _ => NbdErrno.InputOutput,
    };
}
