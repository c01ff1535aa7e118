using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SnapshotPortal.Engine.Files;

/// <summary>The few system calls that the class library does not reach, and errno → <see cref="EngineFault"/> in one place.</summary>
internal static partial class Posix
{
    private const int ErrorInterrupted = 4, ErrorNoSpace = 28, ErrorNotSupported = 95, ErrorQuota = 122;
    private const int OpenDirectory = 0x10000, OpenCloseOnExec = 0x80000;
    private const int FallocateKeepSize = 1, FallocatePunchHole = 2;

    public static EngineException Fault(string path, Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => new(EngineFault.Missing, $"'{path}' does not exist.", e),
        IOException { HResult: ErrorNoSpace or ErrorQuota } => Full(path, e),
        _ => new(EngineFault.Io, $"'{path}': {e.Message}", e),
    };

    public static void Sync(string path, SafeFileHandle handle)
    {
        if (Retried(() => FileDataSync(handle)) != 0) throw Failed(path, "fdatasync");
    }

    public static void SyncDirectory(string directory)
    {
        var descriptor = Retried(() => Open(directory, OpenDirectory | OpenCloseOnExec, 0));
        if (descriptor < 0) throw Failed(directory, "open");
        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Retried(() => FileSync(handle)) != 0) throw Failed(directory, "fsync");
    }

    /// <summary>Opens for reading without the lock that the class library takes with every handle.</summary>
    public static SafeFileHandle OpenUnlocked(string path)
    {
        var descriptor = Retried(() => Open(path, OpenCloseOnExec, 0));
        return descriptor < 0 ? throw Failed(path, "open") : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    public static void Allocate(string path, SafeFileHandle handle, long lengthBytes)
    {
        if (Retried(() => FileAllocate(handle, 0, 0, lengthBytes)) == 0) return;
        if (Marshal.GetLastPInvokeError() != ErrorNotSupported) throw Failed(path, "fallocate");
        // A file system without fallocate: only the size can be had.
        if (RandomAccess.GetLength(handle) < lengthBytes) RandomAccess.SetLength(handle, lengthBytes);
    }

    public static void PunchHole(string path, SafeFileHandle handle, long offsetBytes, long lengthBytes)
    {
        if (Retried(() => FileAllocate(handle, FallocatePunchHole | FallocateKeepSize, offsetBytes, lengthBytes)) == 0) return;
        if (Marshal.GetLastPInvokeError() != ErrorNotSupported) throw Failed(path, "fallocate");
        var zeroes = new byte[64 * 1024];
        for (var done = 0L; done < lengthBytes; done += zeroes.Length)
            RandomAccess.Write(handle, zeroes.AsSpan(0, (int)Math.Min(zeroes.Length, lengthBytes - done)), offsetBytes + done);
    }

    /// <summary>st_blocks × 512; the field lies at byte 64 of struct stat on x86-64 and on AArch64.</summary>
    public static unsafe long AllocatedBytes(string path, SafeFileHandle handle)
    {
        var stat = stackalloc long[32];
        if (FileStat(handle, stat) != 0) throw Failed(path, "fstat");
        return stat[8] * 512;
    }

    private static int Retried(Func<int> call)
    {
        int result;
        do result = call(); while (result < 0 && Marshal.GetLastPInvokeError() == ErrorInterrupted);
        return result;
    }

    private static EngineException Failed(string path, string call)
    {
        var error = Marshal.GetLastPInvokeError();
        return error is ErrorNoSpace or ErrorQuota
            ? Full(path, null)
            : new(EngineFault.Io, $"'{path}': {call} failed: {Marshal.GetPInvokeErrorMessage(error)} (errno {error}).");
    }

    private static EngineException Full(string path, Exception? inner) =>
        new(EngineFault.Full, $"No space is left for '{path}'. Free some space in its file system, or give it more.", inner);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int FileDataSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FileSync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int FileAllocate(SafeFileHandle handle, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "fstat", SetLastError = true)]
    private static unsafe partial int FileStat(SafeFileHandle handle, long* stat);
}
