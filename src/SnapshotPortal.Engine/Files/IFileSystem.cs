namespace SnapshotPortal.Engine.Files;

/// <summary>
/// The engine's only way to files: as narrow as possible, so that a simulation can own every write, sync and crash.
/// </summary>
/// <remarks>
/// Required of every implementation:
/// <list type="bullet">
/// <item>Thread-safe, except that one <see cref="IFile"/> is not used after its disposal.</item>
/// <item>What was written survives a power cut only after <see cref="IFile.Sync"/>; a file's creation, deletion or new
/// name only after <see cref="SyncDirectory"/> of its directory. Until then any part may survive or not, in any order,
/// in units no larger than 4 KiB.</item>
/// <item>After a failed <see cref="IFile.Sync"/> nothing may be assumed about what is stored.</item>
/// <item>Errors are <see cref="EngineException"/>: <see cref="EngineFault.Missing"/>, <see cref="EngineFault.Exists"/>,
/// <see cref="EngineFault.Full"/> (no space; a write may have been carried out in part),
/// <see cref="EngineFault.Locked"/>, otherwise <see cref="EngineFault.Io"/>.</item>
/// </list>
/// Paths use '/' and are relative to nothing: they are handed through as given.
/// </remarks>
public interface IFileSystem
{
    /// <summary>Opens an existing file for reading and writing.</summary>
    IFile Open(string path);

    /// <summary>Creates a file that does not exist yet.</summary>
    IFile Create(string path);

    /// <summary>Whether a file or directory of that name exists.</summary>
    bool Exists(string path);

    /// <summary>The size of a file in bytes, or null where there is no file of that name (a directory is none).</summary>
    long? FindLength(string path);

    /// <summary>The bytes that an existing file takes in the file system (holes take none), whoever has it open or locked.</summary>
    long AllocatedBytes(string path);

    /// <summary>The names (without directory) of the files and directories in a directory, sorted by ordinal; empty when there is no such directory.</summary>
    IReadOnlyList<string> List(string directory);

    /// <summary>Creates a directory and its parents; nothing happens where it exists.</summary>
    void CreateDirectory(string directory);

    /// <summary>Deletes a file; nothing happens where it does not exist.</summary>
    void Delete(string path);

    /// <summary>Gives a file another name in the same file system, replacing what has it, atomically.</summary>
    void Rename(string from, string to);

    /// <summary>Makes creations, deletions and renames in a directory survive a power cut.</summary>
    void SyncDirectory(string directory);

    /// <summary>
    /// Takes an exclusive lock named by a path until disposal or the end of the process;
    /// <see cref="EngineFault.Locked"/>, naming the holder where known, when another has it.
    /// </summary>
    IDisposable Lock(string path);

    /// <summary>Bytes that can still be written in the file system that holds the directory.</summary>
    long FreeBytes(string directory);
}

/// <summary>An open file. Safe for concurrent use until disposed.</summary>
public interface IFile : IDisposable
{
    /// <summary>The size in bytes.</summary>
    long LengthBytes { get; }

    /// <summary>The bytes that the file takes in the file system (holes take none).</summary>
    long AllocatedBytes { get; }

    /// <summary>Reads until <paramref name="destination"/> is full or the file ends; returns how many bytes were read.</summary>
    int Read(long offsetBytes, Span<byte> destination);

    /// <summary>Writes all of <paramref name="source"/>, growing the file where needed.</summary>
    void Write(long offsetBytes, ReadOnlySpan<byte> source);

    /// <summary>Reserves space so that later writes below <paramref name="lengthBytes"/> do not run out of it, where the file system can; the file grows to at least that size, new bytes read as zeroes.</summary>
    void Allocate(long lengthBytes);

    /// <summary>Cuts or grows the file; new bytes read as zeroes.</summary>
    void SetLength(long lengthBytes);

    /// <summary>Gives the space of a range back where the file system can; afterwards it reads as zeroes.</summary>
    void PunchHole(long offsetBytes, long lengthBytes);

    /// <summary>Makes everything written so far, and the size, survive a power cut.</summary>
    void Sync();
}
