using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

/// <summary>Random histories without failures: at each step the pool is what the model says, byte for byte.</summary>
public sealed class PoolProperties
{
    private const int Seeds = 150;
    private const int SeedsOfHistories = 10_000;

    [Fact]
    public void Any_history_leaves_the_disks_and_snapshots_of_the_model() => EverySeed((random, session) =>
    {
        var (model, history) = (new PoolModel(), new PoolHistory(random));
        for (var i = 0; i < 80; i++)
        {
            model.Run(history.Next(model.Current), session);
            if (i % 16 == 15)
                AssertEqual(model, PoolComparison.Find(session.Pool, model.Current));
        }

        session.Reopen();
        AssertEqual(model, PoolComparison.Find(session.Pool, model.Current));
    }, SeedsOfHistories);

    [Fact]
    public void Any_read_is_of_the_bytes_of_the_model_whatever_its_offset_and_length() => EverySeed((random, session) =>
    {
        var (model, history) = (new PoolModel(), new PoolHistory(random));
        for (var i = 0; i < 60; i++)
        {
            model.Run(history.Next(model.Current), session);
            foreach (var (name, device, state) in PoolComparison.Pairs(session.Pool, model.Current))
            {
                var near = state.Blocks.Count == 0 ? 0 : state.Blocks.Keys.ElementAt(random.Next(state.Blocks.Count)) * Limits.BlockBytes;
                var offsetBytes = Math.Clamp(near + random.Next(-9000, 9000), 0, device.LengthBytes - 1);
                var read = new byte[Math.Min(random.Next(1, 30_000), device.LengthBytes - offsetBytes)];
                var expected = new byte[read.Length];
                random.NextBytes(read);
                device.Read(offsetBytes, read);
                state.Read(offsetBytes, expected);
                Assert.True(read.AsSpan().SequenceEqual(expected), $"{name} differs in {offsetBytes}+{read.Length}");
            }
        }
    });

    [Fact]
    public void Changes_since_any_earlier_snapshot_name_what_differs_and_nothing_untouched() => EverySeed((random, session) =>
    {
        var (model, history) = (new PoolModel(), new PoolHistory(random));
        // Epochs outlive their snapshots: nothing is pinned for them.
        var past = new List<(uint Epoch, DiskContent Content)>();
        var rolledBack = new HashSet<int>();
        for (var i = 0; i < 80; i++)
        {
            var operation = history.Next(model.Current);
            var before = model.Current.Snapshots.Keys.ToHashSet();
            model.Run(operation, session);
            if (operation is PoolOperation.RollBack { Disk: var disk })
                rolledBack.Add(model.Current.Disks[disk].Lineage);
            foreach (var (name, content) in model.Current.Snapshots.Where(snapshot => !before.Contains(snapshot.Key)))
            {
                var snapshot = session.Pool.FindSnapshot(name)!;
                AssertEqual(model, PoolComparison.FindInChanges(snapshot, content, 0, null));
                foreach (var (epoch, earlier) in past.Where(past => past.Content.Lineage == content.Lineage))
                {
                    // What was written before a roll back is not on the way to what came after it.
                    if (snapshot.CanCompareTo(epoch))
                        AssertEqual(model, PoolComparison.FindInChanges(snapshot, content, epoch, earlier));
                    else
                        Assert.Contains(content.Lineage, rolledBack);
                }

                past.Add((snapshot.Epoch, content));
            }
        }
    });

    private static void EverySeed(Action<Random, PoolSession> test, int seeds = Seeds) => Parallel.For(0, seeds, seed =>
    {
        var random = new Random(seed);
        var options = new PoolOptions { SegmentBytes = (256 << random.Next(3)) * 1024L, BackgroundCheckpoints = false, MapMemoryBytes = 1 << random.Next(10, 20) };
        try
        {
            using var session = new PoolSession(new SimulatedFileSystem(seed), "/pool", options);
            test(random, session);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"Seed {seed}: {e.Message}", e);
        }
    });

    private static void AssertEqual(PoolModel model, string? difference) =>
        Assert.True(difference is null, $"{difference}\n{string.Join('\n', model.History)}");
}
