using System.Text;
using SnapshotPortal.Engine.Crypto;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Log;
using SnapshotPortal.Engine.Maps;

namespace SnapshotPortal.Engine.Pools;

/// <summary>One storage cluster: the disks and local snapshots of a zone in one append-only log (docs/format.md).</summary>
/// <remarks>
/// Thread-safe. Names of disks and snapshots are 1–64 bytes of UTF-8 and unique among disks and among snapshots.
/// Errors are <see cref="EngineException"/>: besides those of <see cref="IBlockDevice"/> also <see cref="EngineFault.Exists"/>
/// and <see cref="EngineFault.Missing"/> for names, and <see cref="EngineFault.Locked"/> where another process has the pool.
/// </remarks>
public sealed class Pool : IDisposable
{
    private readonly PoolOptions options;
    private readonly IDisposable fileLock;
    private readonly SuperblockFile superblockFile;
    private readonly LivenessFile livenessFile;
    private readonly PoolState state;
    private readonly uint life;
    private readonly Checkpoint checkpoint;
    private readonly Liveness liveness;
    private readonly Reclaim reclaim;
    private readonly SpaceMeasurement measurement;

    // Taken in this order: passes that give back space, and walks that must not meet one; checkpoints.
    private readonly Lock reclaimLock = new();
    private readonly Lock checkpointLock = new();
    private readonly Upkeep? upkeep;
    private Superblock superblock;
    private Superblock? previous;
    private bool hasCheckpointed;
    private volatile bool isClosed;

    private Pool(IFileSystem files, string directory, PoolOptions options, IDisposable fileLock)
    {
        this.options = options;
        this.fileLock = fileLock;
        superblockFile = new(files, directory);
        livenessFile = new(files, directory);
        PoolTable table;
        var isNew = !superblockFile.Exists;
        (superblock, table) = isNew ? Create(files, directory) : superblockFile.Read();
        Segments = new(files, directory, superblock.PoolId, superblock.SegmentBytes);
        Pages = new(Segments, options.MapMemoryBytes);
        Metrics = new(Path.GetFileName(directory), options.Time);
        state = new(this) { NextDisk = table.NextDisk, NextSnapshot = table.NextSnapshot, Damage = table.Damage };
        try
        {
            Load(table);
            var recovery = new Recovery(Segments, state, superblock);
            recovery.Run();
            life = recovery.Life + 1;
            Segments.DropTemporaries();
            liveness = new(Segments.BlocksPerSegment);
            var reserve = new Reserve(files, directory, superblock.SegmentBytes);
            reserve.TryKeep();
            Log = new(Segments, state, liveness, reserve, superblock.PoolId, life, recovery.End, recovery.SegmentsUsed, options.ReplayBytes, Metrics);
            checkpoint = new(Log, state, liveness, Pages);
            reclaim = new(Log, state, liveness, Segments);
            measurement = new(Log, state, liveness, reclaim, Segments, files, directory);
            if (recovery.HasChanges || recovery.FoundDamage) CheckpointIfRoom();
            else if (isNew) liveness.Restore([], []); // Nothing is in use.
            else livenessFile.TryRead(superblock, state, liveness);
        }
        catch
        {
            Metrics.Dispose();
            Segments.Dispose();
            throw;
        }
        Metrics.Observe(this);
        if (options.BackgroundCheckpoints) upkeep = new(this, liveness);
    }

    /// <summary>Opens the pool in <paramref name="directory"/>, recovering what a crash left, or makes a new one where there is none.</summary>
    public static Pool Open(IFileSystem files, string directory, PoolOptions options)
    {
        if (options.SegmentBytes is < 256 << 10 or > 1 << 30 || options.SegmentBytes % Limits.BlockBytes != 0)
            throw new ArgumentOutOfRangeException(nameof(options), options.SegmentBytes, "A segment's size is a multiple of 4 KiB from 256 KiB to 1 GiB.");
        if (!files.Exists(directory))
        {
            files.CreateDirectory(directory);
            if (Path.GetDirectoryName(directory) is { Length: > 0 } parent) files.SyncDirectory(parent);
        }
        var held = files.Lock($"{directory}/lock");
        try
        {
            return new(files, directory, options, held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The pool's id, drawn when it was made.</summary>
    public Guid Id => superblock.PoolId;

    /// <summary>All disks.</summary>
    public IReadOnlyList<PoolDisk> Disks => state.Disks();

    /// <summary>All local snapshots.</summary>
    public IReadOnlyList<LocalSnapshot> Snapshots => [.. state.Snapshots().Where(snapshot => !snapshot.IsHidden)];

    /// <summary>
    /// What was found damaged in the log when the pool was opened, now or earlier, or null. The disks concerned only read
    /// (<see cref="PoolDisk.Damage"/>); a disk or snapshot whose making was in the damaged part is missing.
    /// </summary>
    public string? Damage => state.Damage;

    /// <summary>Why the pool takes no more changes since an error (<see cref="EngineFault.Fenced"/>), or null.</summary>
    public string? FenceReason => Log.Fence?.Message;

    /// <summary>The bytes that the log takes up in its file system.</summary>
    public long AllocatedBytes => Segments.AllocatedBytes();

    /// <summary>What all disks together have done since the pool was opened, also those that were deleted.</summary>
    public DiskCounters Counters => state.Counters();

    internal PoolOptions Options => options;

    internal PoolMetrics Metrics { get; }


    internal SegmentFiles Segments { get; }

    internal MapCache Pages { get; }

    internal BatchWriter Log { get; }

    internal PoolState State => state;

    internal Liveness Liveness => liveness;

    /// <summary>Makes an empty disk; durable on return.</summary>
    public PoolDisk CreateDisk(string name, long lengthBytes) => CreateDisk(name, lengthBytes, keyCheck: 0);

    /// <summary>
    /// Makes an empty disk whose blocks are stored encrypted (AES-256-XTS) under a key of 64 random bytes; durable on return.
    /// The pool keeps the key in memory only: whoever opens the pool again hands it in with <see cref="PoolDisk.Unlock"/>.
    /// </summary>
    public PoolDisk CreateDisk(string name, long lengthBytes, ReadOnlySpan<byte> key)
    {
        var disk = CreateDisk(name, lengthBytes, BlockCipher.CheckOf(key));
        disk.Unlock(key);
        return disk;
    }

    /// <summary>
    /// Makes a disk, at least as large as <paramref name="content"/>, that has its content from the beginning: whatever the size, at
    /// once. It reads from there what it does not hold yet; <see cref="PoolDisk.HydrateAsync"/> copies the rest. What comes from
    /// there is no change: <see cref="LocalSnapshot.ChangedSince(uint)"/> of <see cref="PoolDisk.BaseEpoch"/> leaves it out. Durable on return.
    /// </summary>
    /// <param name="name">The disk's name.</param>
    /// <param name="lengthBytes">Its size.</param>
    /// <param name="baseName">What the pool keeps of the content, 1–64 bytes: whoever opens the pool again hands it in by that name, see <see cref="HandInBase"/>.</param>
    /// <param name="content">The content; it must never change.</param>
    /// <param name="key">As with the other disks; empty: not encrypted.</param>
    public PoolDisk CreateDiskOn(string name, long lengthBytes, string baseName, IBlockDevice content, ReadOnlySpan<byte> key = default)
    {
        CheckName(baseName);
        ArgumentOutOfRangeException.ThrowIfLessThan(lengthBytes, content.LengthBytes);
        var disk = CreateDisk(name, lengthBytes, key.IsEmpty ? 0 : BlockCipher.CheckOf(key), baseName, content.LengthBytes);
        if (!key.IsEmpty) disk.Unlock(key);
        HandInBase(baseName, content);
        return disk;
    }

    /// <summary>The names of the bases that disks and local snapshots, also deleted ones that others go on from, still read from. Their content must stay.</summary>
    public IReadOnlyList<string> Bases => [.. state.Bases().Select(known => known.Name)];

    /// <summary>
    /// Hands in the content of a base again: until then blocks that are not copied yet cannot be read, with
    /// <see cref="EngineFault.StoreUnavailable"/>. Nothing happens where no disk needs it.
    /// </summary>
    public void HandInBase(string baseName, IBlockDevice content)
    {
        CheckOpen();
        state.Bases().FirstOrDefault(known => known.Name == baseName)?.HandIn(content);
    }

    private PoolDisk CreateDisk(string name, long lengthBytes, UInt128 keyCheck, string baseName = "", long baseBytes = 0)
    {
        CheckName(name);
        CheckLength(lengthBytes);
        var kind = baseName.Length == 0 ? RecordKind.CreateDisk : RecordKind.CreateDiskOnBase;
        Change(() => new(kind, Disk: state.NextDisk, LengthBytes: lengthBytes, Name: name, KeyCheck: keyCheck, BaseBytes: baseBytes, Base: baseName));
        return state.FindDisk(name) ?? throw new EngineException(EngineFault.Missing, $"The disk '{name}' was deleted.");
    }

    /// <summary>The disk of that name, or null.</summary>
    public PoolDisk? FindDisk(string name) => state.FindDisk(name);

    /// <summary>Deletes a disk; its local snapshots stay. Durable on return.</summary>
    public void DeleteDisk(string name) => Change(() => new(RecordKind.DeleteDisk, Disk(name).Id));

    /// <summary>Enlarges a disk; the new range reads as zeroes. Durable on return.</summary>
    public void ResizeDisk(string name, long lengthBytes)
    {
        CheckLength(lengthBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(lengthBytes, Disk(name).LengthBytes);
        Change(() => new(RecordKind.ResizeDisk, Disk(name).Id, LengthBytes: Math.Max(lengthBytes, Disk(name).LengthBytes)));
    }

    /// <summary>Keeps the content that a disk has now: O(1). As a write, it survives a crash once a <see cref="Flush"/> that began after it has returned.</summary>
    public LocalSnapshot TakeSnapshot(string diskName, string snapshotName) => TakeSnapshots([(diskName, snapshotName)])[0];

    /// <summary>
    /// Keeps the content of 1–128 disks at one place in the log: every snapshot holds what was acknowledged before, none
    /// holds anything later. All are made or none, also by a crash; durable with the next <see cref="Flush"/>.
    /// </summary>
    public IReadOnlyList<LocalSnapshot> TakeSnapshots(IReadOnlyList<(string DiskName, string SnapshotName)> pairs)
    {
        if (pairs.Count is 0 or > Limits.GroupDisksMax) throw new ArgumentOutOfRangeException(nameof(pairs), pairs.Count, $"A group has 1 to {Limits.GroupDisksMax} disks.");
        foreach (var (_, name) in pairs) CheckName(name);
        if (pairs.DistinctBy(pair => pair.SnapshotName).Count() < pairs.Count) throw new ArgumentException("Two snapshots of a group have one name.", nameof(pairs));
        CheckOpen();
        Log.Change(() => [.. pairs.Select((pair, i) => new PoolChange(RecordKind.TakeSnapshot, Disk(pair.DiskName).Id, state.NextSnapshot + (uint)i, Name: pair.SnapshotName))]);
        return [.. pairs.Select(pair => Snapshot(pair.SnapshotName))];
    }

    /// <summary>
    /// Gives a disk the content that one of its local snapshots holds: O(1). The content before is kept as the local snapshot
    /// <paramref name="keptName"/>: rolling back to that one undoes it. The disk keeps its size. Durable on return.
    /// </summary>
    public LocalSnapshot RollBack(string diskName, string snapshotName, string keptName)
    {
        CheckName(keptName);
        if (Snapshot(snapshotName).DiskId != Disk(diskName).Id)
            throw new ArgumentException($"'{snapshotName}' is not a snapshot of the disk '{diskName}'.", nameof(snapshotName));
        Change(() => new(RecordKind.RollBackDisk, Disk(diskName).Id, Snapshot(snapshotName).Id, state.NextSnapshot, Name: keptName));
        return Snapshot(keptName);
    }

    /// <summary>The local snapshot of that name, or null.</summary>
    public LocalSnapshot? FindSnapshot(string name) => state.FindSnapshot(name);

    /// <summary>Lets a local snapshot go. Durable on return.</summary>
    public void DeleteSnapshot(string name) => Change(() => new(RecordKind.DeleteSnapshot, Snapshot: Snapshot(name).Id));

    /// <summary>Makes a disk, at least as large, that begins with a local snapshot's content: O(1). Durable on return.</summary>
    public PoolDisk CloneDisk(string snapshotName, string diskName, long lengthBytes)
    {
        CheckName(diskName);
        CheckLength(lengthBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(lengthBytes, Snapshot(snapshotName).LengthBytes);
        Change(() => new(RecordKind.CloneDisk, state.NextDisk, Snapshot(snapshotName).Id, LengthBytes: lengthBytes, Name: diskName));
        return Disk(diskName);
    }

    /// <summary>Makes everything completed before the call survive a crash.</summary>
    public void Flush()
    {
        CheckOpen();
        Log.Flusher.Flush();
    }

    /// <summary>Writes the maps and the table of disks, so that the next opening replays less.</summary>
    public void Checkpoint()
    {
        CheckOpen();
        lock (checkpointLock)
        {
            try
            {
                var began = Metrics.Now;
                try { CheckpointOnce(); }
                catch (EngineException e) when (e.Fault == EngineFault.Full && Log.ReleaseReserve()) { CheckpointOnce(); }
                Metrics.Checkpointed(Metrics.Since(began));
            }
            catch (EngineException e) when (e.Fault is not (EngineFault.Full or EngineFault.Fenced))
            {
                Log.SetFence(e);
                throw;
            }
            finally
            {
                upkeep?.EndAttempt();
            }
        }

        void CheckpointOnce()
        {
            (previous, superblock) = (hasCheckpointed ? superblock : null, checkpoint.Run(superblock, superblockFile, life));
            hasCheckpointed = true;
        }
    }

    /// <summary>Gives back the space of what was overwritten, trimmed or deleted.</summary>
    /// <remarks>Runs by itself with <see cref="PoolOptions.BackgroundCheckpoints"/>. Reads, writes and checkpoints go on beside it.</remarks>
    public void Reclaim() => Reclaim(CancellationToken.None);

    internal void Reclaim(CancellationToken cancel)
    {
        CheckOpen();
        lock (reclaimLock)
        {
            try
            {
                Metrics.Reclaimed(reclaim.Run(Settle(), cancel));
            }
            catch (EngineException e) when (e.Fault is not (EngineFault.Full or EngineFault.Fenced or EngineFault.Corrupt))
            {
                Log.SetFence(e);
                throw;
            }
        }
    }

    /// <summary>Finds what is in use; returns the first segment that an opening may replay.</summary>
    private uint Settle()
    {
        lock (checkpointLock)
        {
            // Both superblocks must be of this opening: only then it is known what they lead to.
            while (previous is null) Checkpoint();
            reclaim.Settle();
            return Mutant.ReplayGivenBack ? uint.MaxValue : Math.Min(FirstSegmentReplayed(superblock), FirstSegmentReplayed(previous));
        }

        static uint FirstSegmentReplayed(Superblock superblock) => superblock.Replay.Segment == 0 ? superblock.SegmentsUsed + 1 : superblock.Replay.Segment;
    }

    /// <summary>What takes up the pool's files, exactly and of one moment. Reads and writes go on beside it.</summary>
    /// <remarks>The cost follows where snapshots differ from what goes on from them; after a crash everything is walked once.</remarks>
    public PoolSpace MeasureSpace()
    {
        CheckOpen();
        lock (reclaimLock)
            lock (checkpointLock) return measurement.Run();
    }

    /// <summary>
    /// How many bytes of content and map pages would go out of use if these local snapshots were deleted now, all of them: what
    /// they share among each other counts as well. <see cref="EngineFault.Missing"/> where one does not exist.
    /// </summary>
    /// <remarks>The cost follows where the snapshots differ from their neighbours. Reads and writes go on beside it.</remarks>
    public long BytesFreedByDeleting(IReadOnlyCollection<string> snapshotNames)
    {
        CheckOpen();
        for (var failed = default(Maps.Location); ;)
        {
            DeletionPlan? plan = null;
            var snapshots = snapshotNames.Select(Snapshot).ToHashSet();
            Log.Control(() => plan = new(state, snapshots));
            try
            {
                return plan!.FreedBytes();
            }
            catch (EngineException e) when (e.Fault == EngineFault.Corrupt && e.Location != failed)
            {
                failed = e.Location; // What the plan was made of may have been deleted, and given back, meanwhile.
            }
        }
    }

    /// <summary>
    /// Reads everything stored and compares it with its checksums, and finds anew what is in use. Damage does not end it: it is
    /// in the report. Reads, writes, deletes and all else go on beside it.
    /// </summary>
    /// <param name="bytesPerSecond">How fast it may read; 0: as fast as it can.</param>
    /// <param name="progress">Told after every read.</param>
    /// <param name="cancel">Ends it early; the report says what was checked until then.</param>
    public Task<ScrubReport> ScrubAsync(long bytesPerSecond = 0, IProgress<ScrubProgress>? progress = null, CancellationToken cancel = default)
    {
        CheckOpen();
        ArgumentOutOfRangeException.ThrowIfNegative(bytesPerSecond);
        return Task.Run(() => new Scrub(this, bytesPerSecond, progress, cancel).RunAsync(), CancellationToken.None);
    }

    /// <summary>Finds anew what is in use, whatever was taken for it; returns how many blocks had been leaked.</summary>
    internal long MarkLiveness()
    {
        lock (reclaimLock)
            lock (checkpointLock) return reclaim.Mark();
    }

    /// <summary>Makes everything durable, checkpoints and closes. Without it the next opening recovers.</summary>
    public void Dispose()
    {
        if (isClosed) return;
        upkeep?.Dispose();
        try
        {
            if (Log.Fence is null && Log.Backlog.Total > 0) CheckpointIfRoom();
            if (Log.Fence is null) Log.Flusher.Flush();
            if (Log.Fence is null && liveness.IsExact) StoreLiveness();
        }
        finally
        {
            isClosed = true;
            Metrics.Dispose();
            foreach (var disk in Disks) disk.Throttle.Limits = RateLimits.None; // Whoever waits is told.
            if (Log.Fence is null) Log.TrimSegment();
            if (Log.Fence is null) Segments.DropSpare();
            Segments.Dispose();
            state.WipeKeys();
            fileLock.Dispose();
        }
    }

    /// <summary>Ends that a disk reads from its base, unless it has another map than the one that was found whole. Durable on return.</summary>
    internal void LetBaseGo(PoolDisk disk, Maps.BlockMap whole)
    {
        CheckOpen();
        Log.Change(() => disk.Map == whole ? [new(RecordKind.LetBaseGo, disk.Id)] : []);
        Log.Flusher.Flush();
    }

    /// <summary>Asked before every change of a disk: waits where checkpoints have fallen behind.</summary>
    internal void Admit() => upkeep?.Admit();

    /// <summary>Likewise, but returns false instead of waiting.</summary>
    internal bool TryAdmit() => upkeep?.TryAdmit() ?? true;

    internal void CheckOpen() => ObjectDisposedException.ThrowIf(isClosed, this);

    /// <summary>Keeps what is in use for the next opening. Without it that finds it anew.</summary>
    private void StoreLiveness()
    {
        try
        {
            reclaim.Settle();
            livenessFile.Write(superblock, state, liveness);
        }
        catch (EngineException e) when (e.Fault is EngineFault.Full or EngineFault.Corrupt) { }
    }

    private (Superblock Superblock, PoolTable Table) Create(IFileSystem files, string directory)
    {
        if (SegmentFiles.Numbers(files, directory).Length > 0)
            throw new EngineException(EngineFault.Corrupt, $"'{directory}' holds segments of a pool but no superblock. Restore the directory from a backup, or use an empty one.");
        return (superblockFile.Create(options.NewId(), options.SegmentBytes), new(1, 1, [], [], Damage: null));
    }

    private void Load(PoolTable table)
    {
        // Ids ascend with time, so a parent stands before its children.
        foreach (var row in table.Snapshots)
            state.Add(new LocalSnapshot(this, row.Id, row.Name, row.Disk, row.DiskName, new(Pages, row.LengthBytes, row.Root, state.BaseOf(row.Base.Name, row.Base.LengthBytes)))
            {
                LengthBytes = row.LengthBytes,
                Epoch = row.Epoch,
                Path = row.Path,
                Damage = row.Damage,
                Key = state.KeyOf(row.KeyCheck),
                IsHidden = row.IsHidden,
                IsDeleted = row.IsHidden,
                Parent = ParentOf(row.Parent),
            });
        foreach (var row in table.Disks)
            state.Add(new PoolDisk(this, row.Id, row.Name, new(Pages, row.LengthBytes, row.Root, state.BaseOf(row.Base.Name, row.Base.LengthBytes)))
            {
                LengthBytes = row.LengthBytes,
                Epoch = row.Epoch,
                Path = row.Path,
                Damage = row.Damage,
                Key = state.KeyOf(row.KeyCheck),
                Parent = ParentOf(row.Parent),
            });
    }

    private LocalSnapshot? ParentOf(uint id) =>
        id == 0 ? null
        : state.TryGetSnapshot(id, out var parent) ? parent
        : throw new EngineException(EngineFault.Corrupt, $"The table of the pool is damaged: it names a snapshot {id} that it does not hold.");

    private void Change(Func<PoolChange> change) => Changes(() => [change()]);

    /// <summary>Logs changes of the table in one batch and makes them durable. They are made as the log's leader: ids and names are those of that moment.</summary>
    private void Changes(Func<PoolChange[]> changes)
    {
        CheckOpen();
        Log.Change(changes);
        Log.Flusher.Flush();
    }

    private PoolDisk Disk(string name) =>
        state.FindDisk(name) ?? throw new EngineException(EngineFault.Missing, $"There is no disk '{name}' in the pool.");

    private LocalSnapshot Snapshot(string name) =>
        state.FindSnapshot(name) ?? throw new EngineException(EngineFault.Missing, $"There is no local snapshot '{name}' in the pool.");

    /// <summary>A checkpoint only shortens the next opening: without room for it the pool works on.</summary>
    internal void CheckpointIfRoom()
    {
        try { Checkpoint(); }
        catch (EngineException e) when (e.Fault == EngineFault.Full) { }
    }

    private static void CheckName(string name)
    {
        var bytes = Encoding.UTF8.GetByteCount(name);
        if (bytes is < 1 or > Limits.NameBytesMax) throw new ArgumentException($"A name has 1 to {Limits.NameBytesMax} bytes; this one has {bytes}.", nameof(name));
    }

    private static void CheckLength(long lengthBytes)
    {
        if (lengthBytes is <= 0 or > Limits.DiskBytesMax || lengthBytes % Limits.BlockBytes != 0)
            throw new ArgumentOutOfRangeException(nameof(lengthBytes), lengthBytes, "A disk's size is a multiple of 4 KiB from 4 KiB to 64 TiB.");
    }
}
