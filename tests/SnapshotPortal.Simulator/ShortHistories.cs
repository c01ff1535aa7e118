using System.Collections.Concurrent;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Simulator;

/// <summary>
/// Every history of one or two operations on a small pool, cut at every operation on files, with nothing, all or some
/// sectors of what was not synced surviving; with every way of failing at every operation on files; and with the newest
/// superblock lost. Nothing is drawn.
/// </summary>
public static class ShortHistories
{
    private const int Block = Limits.BlockBytes;

    // The first few begin with an empty directory, then come those of one operation.
    private const int Single = 24;
    private const long Leaf = 256 * Block;

    private static readonly (SimulatedFault Fault, SimulatedSurvival Survival)[] Ends =
    [
        (SimulatedFault.None, SimulatedSurvival.All),
        (SimulatedFault.Crash, SimulatedSurvival.None),
        (SimulatedFault.Crash, SimulatedSurvival.Torn),
        (SimulatedFault.Crash, SimulatedSurvival.All),
        (SimulatedFault.Io, SimulatedSurvival.None),
        (SimulatedFault.Full, SimulatedSurvival.None),
        (SimulatedFault.ShortWrite, SimulatedSurvival.All),
    ];

    private static readonly PoolOptions Options = new() { SegmentBytes = 64 * Block, MapMemoryBytes = 64 * Block, BackgroundCheckpoints = false, NewId = () => new Guid(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]) };

    private static readonly Lazy<Base> Prepared = new(() => new(
        new PoolOperation.CreateDisk("a", 8 * Block),
        new PoolOperation.CreateDisk("b", 3 * Leaf),
        new PoolOperation.Write("a", 0, 5 * Block),
        new PoolOperation.Write("b", Leaf - 2 * Block, 18 * Block),
        new PoolOperation.TakeSnapshot("a", "s"),
        new PoolOperation.TakeSnapshot("b", "t"),
        new PoolOperation.CloneDisk("t", "c", 3 * Leaf),
        new PoolOperation.Write("a", Block, Block),
        new PoolOperation.Checkpoint(),
        new PoolOperation.Write("c", Leaf, 3 * Block),
        new PoolOperation.Write("b", 0, 4 * Block),
        new PoolOperation.Checkpoint(),
        new PoolOperation.Write("b", Leaf, 2 * Block),
        new PoolOperation.Flush()));

    private static readonly Lazy<Base> Empty = new(() => new());

    private static readonly PoolOperation[] Operations =
    [
        new PoolOperation.Reclaim(),
        new PoolOperation.Write("a", 0, Block),
        new PoolOperation.Write("b", Leaf - 700, 900),
        new PoolOperation.Write("b", 0, 20 * Block),
        new PoolOperation.Write("c", 2 * Leaf, 40 * Block),
        new PoolOperation.WriteZeroes("a", 512, Block),
        new PoolOperation.Trim("b", Leaf, Leaf + Block),
        new PoolOperation.Flush(),
        new PoolOperation.Checkpoint(),
        new PoolOperation.Reopen(),
        new PoolOperation.CreateDisk("n", 4 * Block, IsEncrypted: true),
        new PoolOperation.DeleteDisk("b"),
        new PoolOperation.TakeSnapshot("a", "u"),
        new PoolOperation.TakeSnapshots(["a", "b"], "g"),
        new PoolOperation.RollBack("a", "s", "k"),
        new PoolOperation.ResizeDisk("a", 300 * Block),
        new PoolOperation.DeleteSnapshot("s"),
        new PoolOperation.DeleteSnapshot("t"),
        new PoolOperation.CloneDisk("s", "d", 300 * Block),
    ];

    private static readonly Lazy<(Base Base, PoolOperation[] Operations)[]> Histories = new(() =>
    [
        .. new PoolOperation[] { new PoolOperation.Write("a", 0, Block), new PoolOperation.Checkpoint(), new PoolOperation.TakeSnapshot("a", "s"), new PoolOperation.Reopen(), new PoolOperation.Reclaim() }
            .Select(second => (Empty.Value, new[] { new PoolOperation.CreateDisk("a", Block), second })),
        .. Operations.Select(one => (Prepared.Value, new[] { one })),
        .. from other in Operations from one in Operations where IsPossible(other, After(one)) select (Prepared.Value, new[] { one, other }),
    ]);

    /// <summary>How many histories there are.</summary>
    public static int Count => Histories.Value.Length;

    /// <summary>Runs all of one operation, and every so many-th of two, over all cores: a description of each failure, and how many ends there were.</summary>
    public static (IReadOnlyList<string> Failures, long Ends) RunAll(int stride = 1)
    {
        var (failures, ends) = (new ConcurrentQueue<string>(), 0L);
        Parallel.For(0, Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, number =>
        {
            if (number >= Single && number % stride > 0)
                return;
            var result = Run(number);
            Interlocked.Add(ref ends, result.Ends);
            if (result.Difference is not null)
                failures.Enqueue($"{string.Join('\n', result.History)}\nHistory {number}: {result.Difference}\nReplay it with: ./dev crash --history {number}");
        });
        return ([.. failures], ends);
    }

    /// <summary>Runs one history with every end that it can have, up to the first difference.</summary>
    public static (string? Difference, IReadOnlyList<string> History, int Ends) Run(int number)
    {
        var (start, operations) = Histories.Value[number];
        var ends = 0;
        foreach (var (fault, survival) in Ends)
        {
            var hasStruck = true;
            for (var at = 1; hasStruck; at++, ends++)
            {
                var machine = new SimulatedMachine(start.Files.Fork(at), Options, new PoolModel(start.Content, start.Count));
                string? difference;
                try
                {
                    difference = Run(machine, start, operations, fault, survival, at, out hasStruck);
                }
                catch (Exception e) when (e is not OutOfMemoryException)
                {
                    difference = $"An exception that nothing explains: {e}";
                }

                if (difference is not null)
                    return ($"{fault} at file operation {at}, {survival} survives: {difference}", machine.Model.History, ends);
            }
        }

        return (null, [], ends);
    }

    private static string? Run(SimulatedMachine machine, Base start, PoolOperation[] operations, SimulatedFault fault, SimulatedSurvival survival, int at, out bool hasStruck)
    {
        // An opening that recovers nothing is looked at once; the making of a pool each time.
        if (start.Count == 0)
            machine.Files.FailAfter(at, fault);
        string? difference = null;
        if (machine.TryOpen())
        {
            if (start.Count > 0)
                machine.Files.FailAfter(at, fault);
            // What was refused for want of space may be what the next one builds on.
            foreach (var operation in operations)
                if (IsPossible(operation, machine.Model.Current) && !machine.Run(operation, out difference)) break;
            if (difference is null && !machine.Files.HasCrashed)
                machine.Abandon(); // Closing is a part of it.
        }

        hasStruck = machine.Files.HasCrashed || machine.Files.HasFailed;
        machine.End(fault == SimulatedFault.Crash || at % 2 == 0, survival);
        if (fault == SimulatedFault.None)
            machine.SpoilNewestSuperblock(new Random(at));
        return difference ?? Recovered(machine) ?? LivesOn(machine);
    }

    /// <summary>What was recovered is a beginning like any other: what is flushed on top of it stays.</summary>
    private static string? LivesOn(SimulatedMachine machine)
    {
        if (!machine.Model.Current.Disks.ContainsKey("a"))
            machine.Model.Run(new PoolOperation.CreateDisk("a", Block), machine.Session!);
        machine.Model.Run(new PoolOperation.Write("a", 0, Block), machine.Session!);
        machine.Model.Run(new PoolOperation.Flush(), machine.Session!);
        machine.End(cut: true, SimulatedSurvival.None);
        return Recovered(machine);
    }

    private static string? Recovered(SimulatedMachine machine)
    {
        machine.TryOpen();
        return machine.Settle();
    }

    private static PoolContent After(PoolOperation operation)
    {
        var model = new PoolModel(Prepared.Value.Content);
        model.Begin(operation);
        model.Acknowledge();
        return model.Current;
    }

    private static bool IsPossible(PoolOperation operation, PoolContent content)
    {
        var model = new PoolModel(content);
        try
        {
            model.Begin(operation);
            model.Acknowledge();
            return true;
        }
        catch (Exception e) when (e is KeyNotFoundException or ArgumentException)
        {
            return false; // It names what is gone, or what is there already.
        }
    }

    /// <summary>What all histories begin with.</summary>
    private sealed class Base
    {
        public Base(params PoolOperation[] operations)
        {
            var machine = new SimulatedMachine(SimulatedMachine.NewFiles(0), Options, new PoolModel());
            if (operations.Length > 0)
            {
                machine.TryOpen();
                foreach (var operation in operations)
                    machine.Model.Run(operation, machine.Session!);
            }

            machine.End(cut: true);
            (Files, Content, Count) = (machine.Files, machine.Model.Current, (ulong)operations.Length);
        }

        public SimulatedFileSystem Files { get; }

        public PoolContent Content { get; }

        public ulong Count { get; }
    }
}
