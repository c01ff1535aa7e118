using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using SnapshotPortal.Engine;

namespace SnapshotPortal.Tool.Devices;

/// <summary>The system calls about sizes and holes that the class library does not reach.</summary>
internal static partial class FileCalls
{
    private const int SeekEnd = 2, SeekData = 3, SeekHole = 4;
    private const int ErrorNoSuchOffset = 6, ErrorInvalid = 22, ErrorNotSupported = 95;
    private const int KeepSize = 1, PunchHole = 2;

    /// <summary>The size, also of a block device, which fstat does not tell.</summary>
    public static long LengthOf(SafeFileHandle handle, string path)
    {
        var length = Seek(handle, 0, SeekEnd);
        return length >= 0 ? length : throw Failed(path, "lseek");
    }

    /// <summary>Where data begins at or behind an offset, or <paramref name="end"/>.</summary>
    public static long NextData(SafeFileHandle handle, string path, long offset, long end)
    {
        var found = Seek(handle, offset, SeekData);
        if (found >= 0) return Math.Min(found, end);
        return Marshal.GetLastPInvokeError() switch
        {
            ErrorNoSuchOffset => end,
            ErrorInvalid or ErrorNotSupported => offset,   // It does not know holes: a device, a few file systems.
            _ => throw Failed(path, "lseek"),
        };
    }

    /// <summary>Where a hole begins at or behind an offset, or <paramref name="end"/>.</summary>
    public static long NextHole(SafeFileHandle handle, string path, long offset, long end)
    {
        var found = Seek(handle, offset, SeekHole);
        if (found >= 0) return Math.Min(found, end);
        return Marshal.GetLastPInvokeError() is ErrorNoSuchOffset or ErrorInvalid or ErrorNotSupported ? end : throw Failed(path, "lseek");
    }

    /// <summary>Gives a range back; false where the file system cannot.</summary>
    public static bool TryPunch(SafeFileHandle handle, long offset, long length) => Allocate(handle, PunchHole | KeepSize, offset, length) == 0;

    private static EngineException Failed(string path, string call) =>
        new(EngineFault.Io, $"'{path}': {call} failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(SafeFileHandle handle, long offset, int whence);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Allocate(SafeFileHandle handle, int mode, long offset, long length);
}
