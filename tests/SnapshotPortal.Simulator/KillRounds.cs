using System.Diagnostics;
using System.Globalization;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Simulator;

/// <summary>
/// Real processes on real files: a child works on a pool and tells of each operation that has returned; it is killed at a random
/// instant, and the pool must hold everything it told of. What the child does follows from the seed, so nothing else is told.
/// </summary>
public static class KillRounds
{
    private const int AcknowledgedMax = 150;
    private const int MicrosecondsMax = 3_000;
    private static readonly PoolOptions Options = new() { SegmentBytes = 256 * 1024, BackgroundCheckpoints = false };

    /// <summary>Works on the pool in a directory until it is killed.</summary>
    public static void RunChild(string directory, int seed, ulong operations)
    {
        using var session = new PoolSession(OsFileSystem.Instance, directory, Options);
        var (model, history) = (new PoolModel(StructureOf(session.Pool), operations), new PoolHistory(new Random(seed)));
        using var journal = Console.OpenStandardOutput();
        while (true)
        {
            model.Run(history.Next(model.Current), session);
            journal.WriteByte(1);
        }
    }

    /// <summary>Kills so many children on one pool, one after the other; returns the first difference, and how many operations they told of.</summary>
    public static (string? Difference, long Acknowledged) Run(string directory, int seed, int rounds)
    {
        var (random, model, total) = (new Random(seed), new PoolModel(), 0L);
        for (var round = 1; round <= rounds; round++)
        {
            var roundSeed = random.Next();
            var acknowledged = RunAndKill(directory, roundSeed, model.Operations, random.Next(AcknowledgedMax), random.Next(MicrosecondsMax));
            total += acknowledged;
            var history = new PoolHistory(new Random(roundSeed));
            for (var i = 0; i < acknowledged; i++)
            {
                model.Begin(history.Next(model.Current));
                model.Acknowledge();
            }

            model.Begin(history.Next(model.Current)); // The one that may have been running.
            using var session = new PoolSession(OsFileSystem.Instance, directory, Options);
            if ((model.SettleAfterFailure(session.Pool) ?? PoolComparison.Find(session.Pool, model.Current)) is { } difference)
                return ($"Seed {seed}, round {round}: {difference}\n{string.Join('\n', model.History.TakeLast(200))}", total);
            model.Run(new PoolOperation.Flush(), session);
        }

        return (null, total);
    }

    private static int RunAndKill(string directory, int seed, ulong operations, int acknowledgedMin, int microseconds)
    {
        string[] arguments = ["crash", "--kill-child", directory, "--seed", seed.ToString(CultureInfo.InvariantCulture), "--operations", operations.ToString(CultureInfo.InvariantCulture)];
        using var child = Process.Start(MutantHunt.Simulator(arguments))!;
        var (journal, buffer, acknowledged) = (child.StandardOutput.BaseStream, new byte[1024], 0);
        while (acknowledged <= acknowledgedMin)
        {
            var read = journal.Read(buffer);
            acknowledged += read > 0 ? read : throw new InvalidOperationException($"The child of seed {seed} ended by itself.");
        }

        var clock = Stopwatch.StartNew();
        while (clock.Elapsed.TotalMicroseconds < microseconds) Thread.SpinWait(20);
        child.Kill();
        for (int read; (read = journal.Read(buffer)) > 0;) acknowledged += read;
        child.WaitForExit();
        return acknowledged;
    }

    /// <summary>What disks and snapshots there are: all that drawing the next operation needs.</summary>
    private static PoolContent StructureOf(Pool pool)
    {
        var content = new PoolContent();
        foreach (var disk in pool.Disks) content.Disks.Add(disk.Name, new(disk.LengthBytes, (int)disk.Id, disk.Name));
        foreach (var snapshot in pool.Snapshots) content.Snapshots.Add(snapshot.Name, new(snapshot.LengthBytes, (int)snapshot.DiskId, snapshot.DiskName));
        return content;
    }
}
