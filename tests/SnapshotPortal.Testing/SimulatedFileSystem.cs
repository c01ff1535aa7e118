using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Testing;

/// <summary>
/// A file system in memory that keeps what was written and what was synced apart, and can lose its power at any
/// operation. All it does follows from its seed and the calls made.
/// </summary>
/// <remarks>
/// <para>An object is one life of the machine. <see cref="Crash"/> ends it by a power cut and returns the next: of
/// everything unsynced an arbitrary part is there (see <see cref="SimulatedInode.Crash"/> and
/// <see cref="SimulatedNames.Survivors"/>). <see cref="Kill"/> ends only the process: the page cache stays, and stays unsynced.
/// Every call on an ended life, and on its open files, throws <see cref="SimulatedCrashException"/>, so threads that
/// outlive it can do no harm.</para>
/// <para><see cref="Operations"/> counts everything that changes or syncs something; crashes and faults are armed by
/// that number. The operation at which the power goes has been begun: what it would have changed counts as unsynced.</para>
/// </remarks>
public sealed class SimulatedFileSystem : IFileSystem
{
    private readonly Lock gate = new();
    private readonly Random random;
    private readonly SimulatedNames names;
    private readonly HashSet<string> locks = new(StringComparer.Ordinal);
    private readonly Dictionary<long, SimulatedFault> faults = [];
    private readonly HashSet<long> failingReads = [];
    private long usedBytes;

    /// <summary>An empty file system.</summary>
    public SimulatedFileSystem(int seed)
        : this(new Random(seed), new())
    {
    }

    private SimulatedFileSystem(Random random, SimulatedNames names)
    {
        this.random = random;
        this.names = names;
        usedBytes = names.Seen.Sum(entry => entry.Value.AllocatedBytes);
    }

    /// <summary>The size of the file system.</summary>
    public long CapacityBytes { get; set; } = 1L << 50;

    /// <summary>The promises that it breaks.</summary>
    public SimulatedLies Lies { get; set; }

    /// <summary>Told of each operation as it begins.</summary>
    public Action<string>? Trace { get; set; }

    /// <summary>How many operations that change or sync something have begun in this life.</summary>
    public long Operations { get; private set; }

    /// <summary>How many reads have begun in this life.</summary>
    public long Reads { get; private set; }

    /// <summary>Whether this life has ended.</summary>
    public bool HasCrashed { get; private set; }

    /// <summary>How many armed faults (no crashes) have struck.</summary>
    public int Failures { get; private set; }

    /// <summary>Whether an armed fault (no crash) has struck.</summary>
    public bool HasFailed => Failures > 0;

    /// <summary>The files that are there, with their sizes, sorted by path.</summary>
    public IReadOnlyList<(string Path, long LengthBytes)> Files
    {
        get
        {
            lock (gate)
                return [.. names.Seen.Where(entry => !entry.Value.IsDirectory).Select(entry => (entry.Key, entry.Value.LengthBytes)).OrderBy(file => file.Key, StringComparer.Ordinal)];
        }
    }

    /// <summary>Arms a fault at the n-th operation from now on (1: the next).</summary>
    public void FailAfter(long operations, SimulatedFault fault)
    {
        lock (gate)
            faults[Operations + operations] = fault;
    }

    /// <summary>Arms an input/output error at the n-th read from now on (1: the next).</summary>
    public void FailReadAfter(long reads)
    {
        lock (gate)
            failingReads.Add(Reads + reads);
    }

    /// <summary>Takes back what was armed and has not struck.</summary>
    public void Disarm()
    {
        lock (gate)
        {
            faults.Clear();
            failingReads.Clear();
        }
    }

    /// <summary>Cuts the power and starts the machine again.</summary>
    public SimulatedFileSystem Crash(SimulatedSurvival survival = SimulatedSurvival.Any)
    {
        lock (gate)
        {
            HasCrashed = true;
            var survivors = names.Survivors(survival, random);
            foreach (var inode in survivors.Seen.Select(entry => entry.Value).Distinct())
                inode.Crash(survival, random);
            return NextLife(survivors);
        }
    }

    /// <summary>Ends the process and keeps the machine running.</summary>
    public SimulatedFileSystem Kill()
    {
        lock (gate)
        {
            HasCrashed = true;
            foreach (var (_, inode) in names.Seen)
                inode.Handles = 0;
            return NextLife(names);
        }
    }

    /// <summary>A file system of its own that holds the same files, all of them stored; nothing is open or armed in it.</summary>
    public SimulatedFileSystem Fork(int seed)
    {
        lock (gate)
            return new(new Random(seed), names.Fork()) { CapacityBytes = CapacityBytes, Lies = Lies, Trace = Trace };
    }

    /// <summary>Turns one stored bit of a file over.</summary>
    public void Flip(string path, long offsetBytes, int bit)
    {
        lock (gate)
            FindFile(path).Flip(offsetBytes, bit);
    }

    /// <inheritdoc/>
    public IFile Open(string path)
    {
        lock (gate)
        {
            ThrowIfCrashed();
            return Handle(path, FindFile(path));
        }
    }

    /// <inheritdoc/>
    public IFile Create(string path)
    {
        SimulatedFile? file = null;
        Change("create", path, () =>
        {
            RequireDirectoryOf(path);
            if (names.Find(path) is not null)
                throw new EngineException(EngineFault.Exists, $"The file {path} exists already.");
            var inode = new SimulatedInode(isDirectory: false);
            names.Add(path, inode);
            file = Handle(path, inode);
        });
        return file!;
    }

    /// <inheritdoc/>
    public bool Exists(string path)
    {
        lock (gate)
        {
            ThrowIfCrashed();
            return names.Find(path) is not null;
        }
    }

    /// <inheritdoc/>
    public long? FindLength(string path)
    {
        lock (gate)
        {
            ThrowIfCrashed();
            return names.Find(path) is { IsDirectory: false } inode ? inode.LengthBytes : null;
        }
    }

    /// <inheritdoc/>
    public long AllocatedBytes(string path)
    {
        lock (gate)
        {
            ThrowIfCrashed();
            return FindFile(path).AllocatedBytes;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
    {
        lock (gate)
        {
            ThrowIfCrashed();
            return names.List(directory);
        }
    }

    /// <inheritdoc/>
    public void CreateDirectory(string directory) => Change("create directory", directory, () => AddDirectory(directory));

    /// <inheritdoc/>
    public void Delete(string path) => Change("delete", path, () =>
    {
        if (names.Find(path) is not { } inode)
            return;
        if (inode.IsDirectory)
            throw new EngineException(EngineFault.Io, $"{path} is a directory and cannot be deleted as a file.");
        names.Remove(path);
        Release(inode);
    });

    /// <inheritdoc/>
    public void Rename(string from, string to) => Change("rename", $"{from} to {to}", () =>
    {
        FindFile(from);
        RequireDirectoryOf(to);
        if (from == to)
            return;
        var replaced = names.Find(to);
        names.Rename(from, to);
        if (replaced is not null)
            Release(replaced);
    });

    /// <inheritdoc/>
    public void SyncDirectory(string directory) => Change("sync directory", directory, crash =>
    {
        if (names.Find(directory) is not { IsDirectory: true })
            throw new EngineException(EngineFault.Missing, $"The directory {directory} does not exist.");
        if (!crash && !Lies.HasFlag(SimulatedLies.SyncDirectory))
            names.Sync(directory);
    });

    /// <inheritdoc/>
    public IDisposable Lock(string path)
    {
        SimulatedLock? held = null;
        Change("lock", path, () =>
        {
            RequireDirectoryOf(path);
            if (!locks.Add(path))
                throw new EngineException(EngineFault.Locked, $"{path} is locked by this process.");
            if (names.Find(path) is null)
                names.Add(path, new(isDirectory: false));
            held = new(this, path);
        });
        return held!;
    }

    /// <inheritdoc/>
    public long FreeBytes(string directory)
    {
        lock (gate)
        {
            ThrowIfCrashed();
            return FreeSpaceBytes;
        }
    }

    internal long Measure(Func<long> measure)
    {
        lock (gate)
        {
            ThrowIfCrashed();
            return measure();
        }
    }

    internal int Read(SimulatedInode inode, string path, long offsetBytes, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        lock (gate)
        {
            ThrowIfCrashed();
            if (failingReads.Remove(++Reads))
            {
                Failures++;
                throw new EngineException(EngineFault.Io, $"Reading {path} failed.");
            }

            return inode.Read(offsetBytes, destination);
        }
    }

    internal void Write(SimulatedInode inode, string path, long offsetBytes, ReadOnlySpan<byte> source)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        lock (gate)
        {
            var fault = Next("write", path, offsetBytes, source.Length);
            var wanted = fault switch
            {
                SimulatedFault.Io or SimulatedFault.Full => source[..random.Next(source.Length)],
                SimulatedFault.ShortWrite => source[..(source.Length / 2 + 1)],
                _ => source,
            };
            var before = inode.AllocatedBytes;
            var written = inode.Write(offsetBytes, wanted, FreeSpaceBytes);
            usedBytes += inode.AllocatedBytes - before;
            ThrowIf(fault, path);
            if (written < source.Length)
                ThrowIf(SimulatedFault.Full, path);
        }
    }

    internal void Resize(SimulatedInode inode, string path, string operation, long offsetBytes, long lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        lock (gate)
        {
            var fault = Next(operation, path, offsetBytes, lengthBytes);
            if (fault is not (SimulatedFault.Crash or SimulatedFault.ShortWrite))
                ThrowIf(fault, path);
            var before = inode.AllocatedBytes;
            switch (operation)
            {
                case "set length":
                    inode.SetLength(lengthBytes);
                    break;
                case "punch":
                    inode.PunchHole(offsetBytes, lengthBytes);
                    break;
                default:
                    if (!inode.Allocate(lengthBytes, FreeSpaceBytes))
                        ThrowIf(SimulatedFault.Full, path);
                    break;
            }

            usedBytes += inode.AllocatedBytes - before;
            ThrowUnlessShort(fault, path);
        }
    }

    internal void Sync(SimulatedInode inode, string path)
    {
        lock (gate)
        {
            var fault = Next("sync", path, 0, inode.LengthBytes);
            if (fault is SimulatedFault.Io or SimulatedFault.Full)
                inode.FailSync(random);
            else if (fault is not SimulatedFault.Crash && Lies.HasFlag(SimulatedLies.SyncForgetsOnePage))
                inode.SyncAllButOne(random);
            else if (fault is not SimulatedFault.Crash && !Lies.HasFlag(SimulatedLies.Sync))
                inode.Sync();
            ThrowUnlessShort(fault, path);
        }
    }

    internal void Close(SimulatedInode inode)
    {
        lock (gate)
        {
            if (!HasCrashed && --inode.Handles == 0 && !names.Seen.Any(entry => entry.Value == inode))
                usedBytes -= inode.AllocatedBytes;
        }
    }

    internal void Unlock(string path)
    {
        lock (gate)
            locks.Remove(path);
    }

    private long FreeSpaceBytes => Math.Max(0, CapacityBytes - usedBytes);

    private SimulatedFileSystem NextLife(SimulatedNames next) =>
        new(new Random(random.Next()), next) { CapacityBytes = CapacityBytes, Lies = Lies, Trace = Trace };

    private void Change(string operation, string path, Action change) => Change(operation, path, _ => change());

    private void Change(string operation, string path, Action<bool> change)
    {
        lock (gate)
        {
            var fault = Next(operation, path, 0, 0);
            if (fault is not (SimulatedFault.Crash or SimulatedFault.ShortWrite))
                ThrowIf(fault, path);
            change(fault is SimulatedFault.Crash);
            ThrowUnlessShort(fault, path);
        }
    }

    private SimulatedFault Next(string operation, string path, long offsetBytes, long lengthBytes)
    {
        ThrowIfCrashed();
        Operations++;
        var fault = faults.Remove(Operations, out var armed) ? armed : SimulatedFault.None;
        Trace?.Invoke($"{Operations,5} {operation} {path} {(lengthBytes > 0 ? $"{offsetBytes}+{lengthBytes} " : "")}{(fault == SimulatedFault.None ? "" : fault)}");
        return fault;
    }

    private void ThrowUnlessShort(SimulatedFault fault, string path)
    {
        if (fault is not SimulatedFault.ShortWrite)
            ThrowIf(fault, path);
    }

    private void ThrowIf(SimulatedFault fault, string path)
    {
        switch (fault)
        {
            case SimulatedFault.Crash:
                HasCrashed = true;
                throw new SimulatedCrashException();
            case SimulatedFault.Io or SimulatedFault.ShortWrite:
                Failures++;
                throw new EngineException(EngineFault.Io, $"An operation on {path} failed.");
            case SimulatedFault.Full:
                Failures++;
                throw new EngineException(EngineFault.Full, $"No space is left for {path}.");
            default:
                break;
        }
    }

    private void ThrowIfCrashed()
    {
        if (HasCrashed)
            throw new SimulatedCrashException();
    }

    private SimulatedInode FindFile(string path) =>
        names.Find(path) is { IsDirectory: false } inode ? inode : throw new EngineException(EngineFault.Missing, $"The file {path} does not exist.");

    private void RequireDirectoryOf(string path)
    {
        var directory = SimulatedNames.DirectoryOf(path);
        if (names.Find(directory) is not { IsDirectory: true })
            throw new EngineException(EngineFault.Missing, $"The directory {directory} does not exist.");
    }

    private void AddDirectory(string directory)
    {
        if (names.Find(directory) is { } existing)
        {
            if (!existing.IsDirectory)
                throw new EngineException(EngineFault.Exists, $"{directory} is a file.");
            return;
        }

        AddDirectory(SimulatedNames.DirectoryOf(directory));
        names.Add(directory, new(isDirectory: true));
    }

    private SimulatedFile Handle(string path, SimulatedInode inode)
    {
        inode.Handles++;
        return new(this, inode, path);
    }

    private void Release(SimulatedInode inode)
    {
        if (inode.Handles == 0)
            usedBytes -= inode.AllocatedBytes;
    }

    private sealed class SimulatedLock(SimulatedFileSystem files, string path) : IDisposable
    {
        public void Dispose() => files.Unlock(path);
    }
}
