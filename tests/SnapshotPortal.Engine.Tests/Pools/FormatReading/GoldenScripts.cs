using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;
using static SnapshotPortal.Testing.PoolOperation;

namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>
/// Made the pools of golden/pool-v1, and makes those of the next version: never run but where a pool is missing. What they
/// hold is taken from the model, not from the engine, but for the damaged one, of which only the files know what is left.
/// </summary>
internal static class GoldenScripts
{
    private const int Block = Limits.BlockBytes;

    /// <summary>A pool that was closed: everything that a table, a map and the liveness can hold.</summary>
    public static (SimulatedFileSystem Files, PoolListing Content) Closed()
    {
        var (files, model, session) = Begin();
        Live(model, session);
        Run(model, session, new Checkpoint(), new Reclaim(), new Checkpoint(), new Reclaim(), new Reopen(), new DeleteSnapshot("plain-3"));
        session.Dispose();
        return (files, PoolListing.Of(model.Current));
    }

    /// <summary>What three crashes left: a log behind the checkpoint that was written in two lives, and of a third the torn beginning.</summary>
    public static (SimulatedFileSystem Files, PoolListing Content) Crashed()
    {
        var (files, model, session) = Begin();
        Live(model, session);
        Run(model, session, new Flush(), new Write("plain", 9 * Block, 700), new Write("secret", 0, 3 * Block));
        // The next openings replay and store maps, and are cut short before there is a superblock.
        files = OpeningCutShort(files.Kill(), SimulatedSurvival.None, log => log.Lives == 2);
        files = OpeningCutShort(files, SimulatedSurvival.Torn, log => log.Lives == 2 && log.HasTornTail);
        using var recovered = new PoolSession(files.Fork(1), "/pool", Options);
        Assert.Null(model.SettleAfterPowerCut(recovered.Pool));
        return (files, PoolListing.Of(model.Current));
    }

    /// <summary>A pool in whose log a write of one disk was damaged, then found and marked; and of another disk a block, not yet found.</summary>
    public static (SimulatedFileSystem Files, PoolListing Content) Damaged()
    {
        var (files, model, session) = Begin();
        Run(model, session, new CreateDisk("marked", 1 << 20), new CreateDisk("whole", 1 << 20), new Checkpoint());
        Run(model, session, new Write("marked", 0, 3 * Block), new Write("whole", 0, 3 * Block), new Flush(), new Write("whole", 5 * Block, Block), new Flush(), new Write("whole", 6 * Block, Block));
        files = files.Kill();
        Flip(files, "marked", 1);
        session = new PoolSession(files, "/pool", Options);
        Run(model, session, new TakeSnapshot("marked", "marked-1"), new CloneDisk("marked-1", "copy", 2 << 20), new TakeSnapshot("whole", "whole-1"));
        session.Dispose();
        Flip(files, "whole", 2);
        return (files, PoolListing.Of(new StoredPool(StoredFiles.Read(files))));
    }

    private static PoolOptions Options => GoldenPool.Options;

    private static (SimulatedFileSystem Files, PoolModel Model, PoolSession Session) Begin()
    {
        var files = new SimulatedFileSystem(1);
        return (files, new(), new(files, "/pool", Options));
    }

    private static void Live(PoolModel model, PoolSession session)
    {
        Run(model, session,
            new CreateDisk("plain", 2 << 20),
            new CreateDisk("secret", 1 << 20, IsEncrypted: true),
            new CreateDisk("größter", Limits.DiskBytesMax),
            new CreateDisk("gone", 1 << 20),
            new Write("plain", 0, 50 * Block),
            new Write("plain", 60 * Block, 8 * Block),
            new Write("secret", 3 * Block + 100, 5 * Block),
            new Write("größter", Limits.DiskBytesMax - 2 * Block, 2 * Block),
            new Write("gone", 0, 2 * Block),
            new TakeSnapshots(["gone", "plain", "secret"], "group"),
            new DeleteDisk("gone"),
            new Checkpoint());
        // Overwritten but for a few blocks here and there: those are written densely.
        Run(model, session, new Write("plain", 0, 9 * Block), new Write("plain", 10 * Block, 19 * Block), new Write("plain", 30 * Block, 20 * Block));
        Run(model, session,
            new DeleteSnapshot("group-of-plain"),
            new TakeSnapshot("plain", "plain-1"),
            new Trim("plain", 20 * Block, 6 * Block),
            new WriteZeroes("plain", 27 * Block + 1, 2 * Block),
            new TakeSnapshot("plain", "plain-2"),
            new Write("plain", 61 * Block, 1000),
            new RollBack("plain", "plain-1", "plain-3"),
            new Write("plain", 40 * Block, 2 * Block),
            new CloneDisk("plain-1", "copy", 5 << 20),
            new Write("copy", 4 << 20, 2 * Block),
            new DeleteSnapshot("plain-1"),
            new CloneDisk("group-of-secret", "copy of secret", 1 << 20),
            new Write("copy of secret", 0, Block),
            new ResizeDisk("secret", 300L << 20),
            new Write("secret", 299L << 20, 2 * Block),
            new Trim("größter", 1L << 40, 2 << 20),
            new TakeSnapshot("größter", "快照"));
    }

    private static void Run(PoolModel model, PoolSession session, params IEnumerable<PoolOperation> operations)
    {
        foreach (var operation in operations) model.Run(operation, session);
    }

    private static SimulatedFileSystem OpeningCutShort(SimulatedFileSystem files, SimulatedSurvival survival, Func<Replay, bool> isWanted)
    {
        for (var at = 1; ; at++)
        {
            var cut = files.Fork(at);
            cut.FailAfter(at, SimulatedFault.Crash);
            Assert.Throws<SimulatedCrashException>(() => new PoolSession(cut, "/pool", Options));
            cut = cut.Crash(survival);
            if (isWanted(new StoredPool(StoredFiles.Read(cut)).Log)) return cut;
        }
    }

    private static void Flip(SimulatedFileSystem files, string disk, long lba)
    {
        var place = new StoredPool(StoredFiles.Read(files)).Disks.Single(version => version.Name == disk).Blocks[lba].Place;
        files.Flip($"/pool/segment-{place.Segment:x8}", place.Block * (long)Block + 7, bit: 3);
    }
}
