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
    private readonly long seed;
    private readonly Random random;
    private readonly PoolHistory history;
    private readonly SimulatedMachine machine;
    private CrashCounts counts;

    private CrashRun(long seed, SimulatedLies lies, Action<string>? trace)
    {
        this.seed = seed;
        random = RandomOf(seed);
        history = new PoolHistory(random);
        machine = new(SimulatedMachine.NewFiles(random.Next(), lies, trace), SmallPool(random), new PoolModel());
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
            run.machine.Abandon();
        }
    }

    /// <summary>The same numbers for a seed in every process.</summary>
    internal static Random RandomOf(long seed) => new(unchecked((int)(((ulong)seed + 1) * 0x9E37_79B9_7F4A_7C15 >> 32)));

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

    /// <summary>Works until the crash that ends this life.</summary>
    private string? Live()
    {
        var operations = random.Next(5, 60);
        Arm(operations);
        for (var i = 0; i < operations; i++)
        {
            var operation = history.Next(machine.Model.Current);
            if (!machine.Run(operation, out var difference))
                return difference;
            if ((operation is PoolOperation.Reopen || i % 16 == 15) && PoolComparison.Find(machine.Session!.Pool, machine.Model.Current) is { } inContent)
                return $"After operation {i + 1} of this life: {inContent}";
        }

        return null;
    }

    /// <summary>Arms failures of the medium, a power cut, or nothing.</summary>
    private void Arm(int operations)
    {
        var fault = random.Next(15) switch { 0 => SimulatedFault.Full, 1 => SimulatedFault.ShortWrite, 2 => SimulatedFault.Io, _ => SimulatedFault.Crash };
        if (fault != SimulatedFault.Crash)
        {
            for (var i = random.Next(1, 4); i > 0; i--)
                machine.Files.FailAfter(random.Next(1, operations * 2), fault);
        }
        else if (random.Next(4) > 0)
        {
            machine.Files.FailAfter(random.Next(1, random.Next(4) == 0 ? 12 : operations * 2), fault);
        }
    }

    /// <summary>Ends the life before, opens the pool, with further power cuts while it recovers, and compares.</summary>
    private string? Open()
    {
        var cut = machine.Files.HasCrashed || random.Next(3) > 0;
        var wasCut = false;
        while (true)
        {
            if (counts.Recoveries > 0 || wasCut)
                counts += new CrashCounts(1, 0, 0);
            machine.End(cut);
            if (random.Next(8) == 0)
                machine.SpoilNewestSuperblock(random);
            // Some openings end before the operation at which they were to be cut.
            if (random.Next(3) == 0)
                machine.Files.FailAfter(random.Next(1, 16), SimulatedFault.Crash);
            if (machine.TryOpen())
                break;
            cut = wasCut = true;
        }

        machine.Files.Disarm();
        counts += new CrashCounts(0, 1, wasCut ? 1 : 0);
        return machine.Settle();
    }

    private string? CloseAndOpen()
    {
        for (var i = random.Next(1, 8); i > 0; i--)
            machine.Model.Run(history.Next(machine.Model.Current), machine.Session!);
        machine.Model.Run(new PoolOperation.Reopen(), machine.Session!);
        return PoolComparison.Find(machine.Session!.Pool, machine.Model.Current);
    }

    private CrashResult Result(string? difference) => new(seed, difference, machine.Model.History, counts);
}
