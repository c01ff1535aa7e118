using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

/// <summary>Turns bits over in stored files: it is noticed, and wrong bytes are never handed out.</summary>
public sealed class PoolDamageTests
{
    private const int Seeds = 300;

    [Fact]
    public void After_a_clean_close_no_flipped_bit_gives_wrong_bytes()
    {
        var noticed = 0;
        Parallel.For(0, Seeds, seed =>
        {
            var (files, model) = Prepared(seed);
            using (var session = new PoolSession(files, "/pool", Options))
                session.Reopen();
            Flip(files, new Random(seed));
            Interlocked.Add(ref noticed, Look(files, model, seed) ? 1 : 0);
        });
        // Most bits stand in what is not needed any more: headers, blocks that were overwritten. BitFlipTests turns each that is needed.
        Assert.True(noticed > Seeds / 5, $"Only {noticed} of {Seeds} flips were noticed.");
    }

    [Fact]
    public void In_the_log_behind_the_last_checkpoint_a_flipped_bit_is_damage_or_an_unflushed_end_but_never_wrong_bytes()
    {
        var (noticed, lost) = (0, 0);
        Parallel.For(0, Seeds, seed =>
        {
            var (files, model) = Prepared(seed);
            var random = new Random(seed);
            Flip(files, random, only: "segment");
            try
            {
                using var session = new PoolSession(files, "/pool", Options);
                if (session.Pool.Damage is not null)
                {
                    AssertDamageIsMarked(session.Pool, model.Current, seed);
                    Interlocked.Increment(ref noticed);
                    return;
                }

                // Without damage it must be a state that a crash could have left, and one after the flush.
                if (model.SettleAfterPowerCut(session.Pool) is { } difference)
                    Assert.Fail($"Seed {seed}: {difference}");
                Interlocked.Increment(ref lost);
            }
            catch (EngineException e)
            {
                Assert.Equal(EngineFault.Corrupt, e.Fault);
                Interlocked.Increment(ref noticed);
            }
        });
        Assert.True(noticed > 0 && lost > 0, $"{noticed} noticed, {lost} taken for an end");
    }

    [Fact]
    public void The_superblock_before_the_newest_still_leads_to_the_map_of_a_disk_that_was_enlarged()
    {
        var files = new SimulatedFileSystem(1);
        var content = new byte[2 * Limits.BlockBytes];
        content.AsSpan().Fill(7);
        var session = new PoolSession(files, "/pool", Options);
        session.Pool.CreateDisk("a", 1 << 20).Write(0, content);
        session.Pool.TakeSnapshot("a", "s");
        session.Pool.CloneDisk("s", "b", 2 << 20);
        session.Reopen();
        session.Pool.Checkpoint();
        session.Pool.FindDisk("b")!.Trim(0, Limits.BlockBytes);
        session.Pool.Reclaim();
        files = files.Kill();

        // The number's last byte stands at 32 of each slot.
        using (var superblock = files.Open("/pool/superblock"))
        {
            var numbers = new byte[2];
            superblock.Read(32, numbers.AsSpan(0, 1));
            superblock.Read(32 + Limits.BlockBytes, numbers.AsSpan(1));
            files.Flip("/pool/superblock", numbers[0] > numbers[1] ? 40 : 40 + Limits.BlockBytes, 0);
        }

        using var again = new PoolSession(files, "/pool", Options);
        var found = new byte[2 * Limits.BlockBytes];
        again.Pool.FindDisk("b")!.Read(0, found);
        Assert.Equal([.. new byte[Limits.BlockBytes], .. content[Limits.BlockBytes..]], found);
    }

    /// <summary>What is not marked is as it was; what is marked takes no changes. (What was deleted in the damaged part may be there again.)</summary>
    private static void AssertDamageIsMarked(Pool pool, PoolContent state, int seed)
    {
        foreach (var disk in pool.Disks)
        {
            if (disk.Damage is not null)
                Assert.Equal(EngineFault.ReadOnly, Assert.Throws<EngineException>(() => disk.Write(0, new byte[1])).Fault);
            else if (state.Disks.TryGetValue(disk.Name, out var content) && PoolComparison.FindInContent(disk.Name, disk, content) is { } difference)
                Assert.Fail($"Seed {seed}: {difference}");
        }

        foreach (var snapshot in pool.Snapshots.Where(snapshot => snapshot.Damage is null))
        {
            if (state.Snapshots.TryGetValue(snapshot.Name, out var content) && PoolComparison.FindInContent(snapshot.Name, snapshot, content) is { } difference)
                Assert.Fail($"Seed {seed}: {difference}");
        }
    }

    private static PoolOptions Options { get; } = new() { SegmentBytes = 256 * 1024, BackgroundCheckpoints = false };

    /// <summary>A pool with a short history, a flush, and a little that is not flushed, whose process was killed.</summary>
    private static (SimulatedFileSystem Files, PoolModel Model) Prepared(int seed)
    {
        var random = new Random(seed);
        var files = new SimulatedFileSystem(seed);
        var (model, history) = (new PoolModel(), new PoolHistory(random));
        var session = new PoolSession(files, "/pool", Options);
        for (var i = 0; i < 30; i++)
            model.Run(history.Next(model.Current), session);
        if (model.Current.Disks.Count == 0)
            model.Run(new PoolOperation.CreateDisk("disk", 1 << 20), session);
        model.Run(new PoolOperation.Flush(), session);
        // The batches of these vouch for everything before: a crash cannot have taken that.
        for (var i = 0; i < 3; i++)
            model.Run(new PoolOperation.Write(model.Current.Disks.Keys.First(), 0, Limits.BlockBytes), session);
        return (files.Kill(), model);
    }

    private static void Flip(SimulatedFileSystem files, Random random, string only = "")
    {
        // Nothing reads the reserve; without the liveness the pool is as it was (LivenessFileTests).
        var candidates = files.Files.Where(file => file.LengthBytes > 0 && file.Path != "/pool/reserve" && !file.Path.Contains("liveness", StringComparison.Ordinal) && file.Path.Contains(only, StringComparison.Ordinal)).ToList();
        var (path, lengthBytes) = candidates[random.Next(candidates.Count)];
        files.Flip(path, random.NextInt64(lengthBytes), random.Next(8));
    }

    /// <summary>Opens and reads everything; whether damage was noticed.</summary>
    private static bool Look(SimulatedFileSystem files, PoolModel model, int seed)
    {
        try
        {
            using var session = new PoolSession(files, "/pool", Options);
            var noticed = session.Pool.Disks.Any(disk => disk.Damage is not null);
            foreach (var (name, device, state) in PoolComparison.Pairs(session.Pool, model.Current))
                noticed |= LookAt(name, device, state, seed);
            return noticed;
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
        {
            return true;
        }
    }

    private static bool LookAt(string name, IBlockDevice device, DiskContent state, int seed)
    {
        var noticed = false;
        var (found, expected) = (new byte[Limits.BlockBytes], new byte[Limits.BlockBytes]);
        foreach (var lba in state.Blocks.Keys)
        {
            try
            {
                device.Read(lba * Limits.BlockBytes, found);
            }
            catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
            {
                noticed = true;
                continue;
            }

            state.Read(lba * Limits.BlockBytes, expected);
            Assert.True(found.AsSpan().SequenceEqual(expected), $"Seed {seed}: {name} gives wrong bytes for block {lba}.");
        }

        return noticed;
    }
}
