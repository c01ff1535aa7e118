using SnapshotPortal.Engine;

namespace SnapshotPortal.Tool;

/// <summary>How a command ended, for scripts. docs/snapctl.md tells what each means.</summary>
internal enum ExitCode
{
    Done = 0,
    Failed = 1,
    Usage = 2,
    Damaged = 3,
    Missing = 4,
    KeyUnavailable = 5,
    Locked = 6,
    StoreUnavailable = 7,
    Full = 8,

    // 128 and the signal's number, as a shell tells it.
    Interrupted = 130,
    BrokenPipe = 141,
    Terminated = 143,
}

/// <summary>Engine faults as exit codes: the one place.</summary>
internal static class ExitCodes
{
    public static ExitCode Of(EngineFault fault) => fault switch
    {
        EngineFault.Corrupt => ExitCode.Damaged,
        EngineFault.Missing => ExitCode.Missing,
        EngineFault.KeyUnavailable => ExitCode.KeyUnavailable,
        EngineFault.Locked => ExitCode.Locked,
        EngineFault.StoreUnavailable => ExitCode.StoreUnavailable,
        EngineFault.Full => ExitCode.Full,
        _ => ExitCode.Failed,
    };
}
