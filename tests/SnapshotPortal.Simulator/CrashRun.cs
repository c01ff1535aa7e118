using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Log;
using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Simulator;

/// <summary>What came of one seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Difference">What was wrong, or null.</param>
/// <param name="History">What was done, for the reader of a failure.</param>
/// <param name="Counts">How much was tried.</param>
public sealed record CrashResult(long Seed, string? Difference, IReadOnlyList<string> History, CrashCounts Counts);

/// <summary>How much was tried.</summary>
/// <param name="Crashes">How many times the power was cut or the process killed.</param>
/// <param name="Recoveries">How many times a pool was opened behind that.</param>
/// <param name="CutRecoveries">How many of these were cut themselves.</param>
public readonly record struct CrashCounts(long Crashes, long Recoveries, long CutRecoveries)
{
    /// <summary>The sum.</summary>
    public static CrashCounts operator +(CrashCounts one, CrashCounts other) =>
        new(one.Crashes + other.Crashes, one.Recoveries + other.Recoveries, one.CutRecoveries + other.CutRecoveries);
}

/// <summary>
/// One seed: a random history on a small pool that is cut by crashes, at times again while recovering, at times by a
/// failing medium; after each opening the pool must hold what <see cref="PoolModel"/> allows.
/// </summary>
public sealed class CrashRun
{
    private const string Directory = "/data/pool";

    private readonly long seed;
    private readonly Random random;
    private readonly PoolOptions options;
    private readonly PoolHistory history;
    private readonly PoolModel model = new();
    private SimulatedFileSystem files;
    private PoolSession? session;
    private bool isFenced;
    private CrashCounts counts;

    private CrashRun(long seed, SimulatedLies lies, Action<string>? trace)
    {
        this.seed = seed;
        random = RandomOf(seed);
        history = new PoolHistory(random);
        options = SmallPool(random);
        files = NewFiles(random, lies, trace);
    }

    /// <summary>Runs one seed; every tenth one with several threads. Exceptions that nothing explains are differences, too.</summary>
    public static CrashResult Run(long seed, SimulatedLies lies = SimulatedLies.None, Action<string>? trace = null)
    {
        if (seed % 10 == 9)
            return ConcurrentCrashRun.Run(seed, lies, trace);
        var run = new CrashRun(seed, lies, trace);
        try
        {
            return run.Result(run.Run());
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return run.Result($"An exception that nothing explains: {e}");
        }
        finally
        {
            run.Abandon();
        }
    }

    /// <summary>The same numbers for a seed in every process.</summary>
    internal static Random RandomOf(long seed) => new(unchecked((int)(((ulong)seed + 1) * 0x9E37_79B9_7F4A_7C15 >> 32)));

    /// <summary>A file system with an empty, durable directory in which a pool can be made.</summary>
    internal static SimulatedFileSystem NewFiles(Random random, SimulatedLies lies, Action<string>? trace)
    {
        var fresh = new SimulatedFileSystem(random.Next()) { Trace = trace };
        fresh.CreateDirectory("/data");
        fresh.SyncDirectory("/");
        fresh.Lies = lies;
        return fresh;
    }

    /// <summary>Options that make segments end and ids repeat often, and nothing happen by itself.</summary>
    internal static PoolOptions SmallPool(Random random) => new()
    {
        SegmentBytes = (256 << random.Next(3)) * 1024L,
        BackgroundCheckpoints = false,
        MapMemoryBytes = 1 << random.Next(10, 20), // Mostly room for a handful of pages: they come and go.
        NewId = () =>
        {
            var id = new byte[16];
            random.NextBytes(id);
            return new Guid(id);
        },
    };

    private string? Run()
    {
        var lives = random.Next(2, 5);
        for (var life = 0; life < lives; life++)
        {
            if (Open() is { } difference)
                return difference;
            if (Live() is { } whileLiving)
                return whileLiving;
        }

        return Open() ?? CloseAndOpen();
    }

    /// <summary>Works until the crash that ends this life; leaves <see cref="session"/> as it was at that moment.</summary>
    private string? Live()
    {
        isFenced = false;
        var operations = random.Next(5, 60);
        Arm(operations);
        for (var i = 0; i < operations && !isFenced; i++)
        {
            var operation = history.Next(model.Current);
            var failuresBefore = files.Failures;
            try
            {
                // Closing tells nobody that the medium failed; whoever must know that everything is stored flushes first.
                if (operation is PoolOperation.Reopen)
                    model.Run(new PoolOperation.Flush(), session!);
                model.Run(operation, session!);
                if ((operation is PoolOperation.Reopen || i % 16 == 15) && PoolComparison.Find(session!.Pool, model.Current) is { } difference)
                    return $"After operation {i + 1} of this life: {difference}";
            }
            catch (Exception) when (files.HasCrashed)
            {
                model.Note($"power cut at file operation {files.Operations}");
                return null;
            }
            catch (EngineException e) when (files.Failures > failuresBefore)
            {
                model.Note($"the medium failed: {e.Fault}: {e.Message}");
                if (GoOn() is { } difference)
                    return difference;
            }
        }

        return null;
    }

    /// <summary>After a failure: a pool that still takes a flush has everything acknowledged, and keeps it.</summary>
    private string? GoOn()
    {
        try
        {
            session!.Pool.Flush();
        }
        catch (Exception e) when (files.HasCrashed || e is EngineException or ObjectDisposedException)
        {
            isFenced = !files.HasCrashed;
            return null;
        }

        if (model.SettleAfterFailure(session!.Pool) is { } difference)
            return $"After the failure: {difference}";
        model.Begin(new PoolOperation.Flush());
        model.Acknowledge();
        return null;
    }

    /// <summary>Arms failures of the medium, a power cut, or nothing.</summary>
    private void Arm(int operations)
    {
        files.Disarm();
        var fault = random.Next(15) switch { 0 => SimulatedFault.Full, 1 => SimulatedFault.ShortWrite, 2 => SimulatedFault.Io, _ => SimulatedFault.Crash };
        if (fault != SimulatedFault.Crash)
        {
            for (var i = random.Next(1, 4); i > 0; i--)
                files.FailAfter(random.Next(1, operations * 2), fault);
        }
        else if (random.Next(4) > 0)
        {
            files.FailAfter(random.Next(1, random.Next(4) == 0 ? 12 : operations * 2), fault);
        }
    }

    /// <summary>Ends the life before, opens the pool, with further power cuts while it recovers, and compares.</summary>
    private string? Open()
    {
        var cut = files.HasCrashed || random.Next(3) > 0;
        var wasCut = false;
        while (true)
        {
            if (counts.Recoveries > 0 || wasCut)
                counts += new CrashCounts(1, 0, 0);
            EndLife(cut);
            if (random.Next(8) == 0)
                SpoilNewestSuperblock();
            // Some openings end before the operation at which they were to be cut.
            if (random.Next(3) == 0)
                files.FailAfter(random.Next(1, 16), SimulatedFault.Crash);
            try
            {
                session = new PoolSession(files, Directory, options);
                break;
            }
            catch (Exception) when (files.HasCrashed)
            {
                model.Note($"power cut while opening, at file operation {files.Operations}");
                cut = wasCut = true;
            }
        }

        files.Disarm();
        counts += new CrashCounts(0, 1, wasCut ? 1 : 0);
        return cut ? model.SettleAfterPowerCut(session.Pool)
            : isFenced ? model.SettleAfterFence(session.Pool)
            : model.SettleAfterFailure(session.Pool);
    }

    private void EndLife(bool cut)
    {
        model.Note(cut ? "the machine starts again" : "the process is killed");
        var before = files;
        files = cut ? before.Crash() : before.Kill();
        Abandon();
    }

    /// <summary>The medium loses the newer of two superblocks: the older one must lead to the same content.</summary>
    private void SpoilNewestSuperblock()
    {
        const string path = $"{Directory}/superblock";
        if (!files.Exists(path))
            return;
        using var file = files.Open(path);
        if (NumberOf(file, 0) is not { } first || NumberOf(file, 1) is not { } second)
            return;
        files.Flip(path, (first > second ? 0 : Limits.BlockBytes) + random.Next(Limits.BlockBytes), random.Next(8));
        model.Note($"superblock {Math.Max(first, second)} is spoilt");

        static ulong? NumberOf(IFile file, int slot)
        {
            Span<byte> block = stackalloc byte[Limits.BlockBytes];
            if (file.Read(slot * Limits.BlockBytes, block) < block.Length)
                return null;
            try
            {
                return Superblock.Read(block, "A slot").Number;
            }
            catch (EngineException)
            {
                return null;
            }
        }
    }

    private string? CloseAndOpen()
    {
        files.Disarm();
        for (var i = random.Next(1, 8); i > 0; i--)
            model.Run(history.Next(model.Current), session!);
        model.Run(new PoolOperation.Reopen(), session!);
        return PoolComparison.Find(session!.Pool, model.Current);
    }

    /// <summary>Lets the pool of an ended life go; it cannot reach its files any more.</summary>
    private void Abandon()
    {
        try
        {
            session?.Dispose();
        }
        catch (Exception e) when (e is SimulatedCrashException or EngineException or AggregateException)
        {
            // The pool says that it could not close in order, which is what happened.
        }

        session = null;
    }

    private CrashResult Result(string? difference) => new(seed, difference, model.History, counts);
}
