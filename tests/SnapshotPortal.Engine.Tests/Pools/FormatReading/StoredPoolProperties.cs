using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>What the engine writes, whatever its history, is what docs/format.md says: the stranger reads the model's content.</summary>
public sealed class StoredPoolProperties
{
    private const int Seeds = 60;

    [Fact]
    public void A_pool_whose_process_was_killed_is_read_to_the_content_of_the_model()
    {
        var replayed = 0;
        EverySeed((session, model, files, _) =>
        {
            AssertEqual(model, StoredFiles.Read(files.Kill()), out var pool);
            Interlocked.Add(ref replayed, pool.Log.Batches.Count);
        });
        Assert.True(replayed > Seeds, $"Only {replayed} batches were replayed.");
    }

    [Fact]
    public void A_pool_that_was_closed_is_read_to_the_content_of_the_model_and_its_liveness_is_that_of_its_maps()
    {
        var (dense, live) = (0, 0);
        EverySeed((session, model, files, _) =>
        {
            var isLivenessKnown = session.Pool.Liveness.IsExact;
            session.Dispose();
            AssertEqual(model, StoredFiles.Read(files), out var pool);
            Assert.Equal(isLivenessKnown, pool.Liveness is not null);
            Interlocked.Add(ref live, isLivenessKnown ? 1 : 0);
            Interlocked.Add(ref dense, pool.DenseSegments);
        });
        Assert.True(live > Seeds / 2 && dense > 0, $"{live} with liveness, {dense} dense segments");
    }

    [Fact]
    public void After_a_power_cut_the_stranger_and_the_engine_read_the_same()
    {
        var torn = 0;
        EverySeed((_, _, files, seed) =>
        {
            var crashed = files.Crash();
            var stranger = new StoredPool(StoredFiles.Read(crashed));
            using var session = new PoolSession(crashed, "/pool", GoldenPool.Options);
            var (read, opened) = (PoolListing.Of(stranger), PoolListing.Of(session.Pool));
            Assert.Equal(opened.Disks, read.Disks);
            Assert.Equal(opened.Snapshots, read.Snapshots);
            Interlocked.Add(ref torn, stranger.Log.HasTornTail ? 1 : 0);
        });
        Assert.True(torn > 0, "No log had a torn tail.");
    }

    [Fact]
    public void Where_a_bit_of_the_log_was_turned_over_the_stranger_and_the_engine_mark_and_read_the_same()
    {
        var (marked, torn) = (0, 0);
        EverySeed((session, _, files, seed) =>
        {
            var random = new Random(seed);
            session.Pool.Flush();
            foreach (var disk in session.Pool.Disks) disk.Write(0, new byte[Limits.BlockBytes]); // These batches vouch for what was flushed.
            var killed = files.Kill();
            if (new StoredPool(StoredFiles.Read(killed)).Log.Batches is not { Count: > 0 } batches) return;
            var place = batches[random.Next(batches.Count)];
            killed.Flip($"/pool/segment-{place.Segment:x8}", (place.Block + random.Next(2)) * (long)Limits.BlockBytes + random.Next(150), random.Next(8));
            try
            {
                var stranger = new StoredPool(StoredFiles.Read(killed));
                using var recovered = new PoolSession(killed, "/pool", GoldenPool.Options);
                var (read, opened) = (PoolListing.Of(stranger), PoolListing.Of(recovered.Pool));
                Assert.Equal(opened.Disks, read.Disks);
                Assert.Equal(opened.Snapshots, read.Snapshots);
                Assert.Equal(recovered.Pool.Damage is null, stranger.Damage is null);
                Interlocked.Increment(ref stranger.Damage is null ? ref torn : ref marked);
            }
            catch (Exception e) when (e is InvalidDataException or EngineException { Fault: EngineFault.Corrupt })
            {
                // A page of the map, or a write that another one lost makes impossible: refused.
            }
        });
        Assert.True(marked > Seeds / 4, $"{marked} were marked, {torn} taken for an end.");
    }

    private static void AssertEqual(PoolModel model, IReadOnlyDictionary<string, byte[]> files, out StoredPool pool)
    {
        pool = new(files);
        var (read, expected) = (PoolListing.Of(pool), PoolListing.Of(model.Current));
        Assert.Equal(expected.Disks, read.Disks);
        Assert.Equal(expected.Snapshots, read.Snapshots);
        Assert.Null(pool.Damage);
    }

    private static void EverySeed(Action<PoolSession, PoolModel, SimulatedFileSystem, int> look) => Parallel.For(0, Seeds, seed =>
    {
        var random = new Random(seed);
        var files = new SimulatedFileSystem(seed);
        var (model, history) = (new PoolModel(), new PoolHistory(random));
        var session = new PoolSession(files, "/pool", GoldenPool.Options);
        try
        {
            var count = random.Next(20, 120);
            for (var i = 0; i < count; i++) model.Run(history.Next(model.Current), session);
            look(session, model, files, seed);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Seed {seed}: {e.Message}\n{string.Join('\n', model.History)}", e);
        }
    });
}
