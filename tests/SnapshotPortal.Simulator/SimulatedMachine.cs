using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Log;
using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Simulator;

/// <summary>A pool on a machine that fails on demand, beside the model of what the pool must hold.</summary>
internal sealed class SimulatedMachine(SimulatedFileSystem files, PoolOptions options, PoolModel model)
{
    public const string Directory = "/data/pool";

    private bool isFenced;
    private bool isCut;

    /// <summary>The files in this life of the machine.</summary>
    public SimulatedFileSystem Files { get; private set; } = files;

    public PoolModel Model { get; } = model;

    /// <summary>The pool, while it is open.</summary>
    public PoolSession? Session { get; private set; }

    /// <summary>A file system with an empty, durable directory in which a pool can be made.</summary>
    public static SimulatedFileSystem NewFiles(int seed, SimulatedLies lies = SimulatedLies.None, Action<string>? trace = null)
    {
        var fresh = new SimulatedFileSystem(seed) { Trace = trace };
        fresh.CreateDirectory("/data");
        fresh.SyncDirectory("/");
        fresh.Lies = lies;
        return fresh;
    }

    /// <summary>Opens the pool; false where the power goes or the medium fails meanwhile.</summary>
    public bool TryOpen()
    {
        var failuresBefore = Files.Failures;
        try
        {
            Session = new PoolSession(Files, Directory, options);
            return true;
        }
        catch (Exception) when (Files.HasCrashed)
        {
            Model.Note($"power cut while opening, at file operation {Files.Operations}");
        }
        catch (EngineException e) when (Files.Failures > failuresBefore)
        {
            Model.Note($"the medium failed while opening: {e.Fault}: {e.Message}");
            isFenced = true;
        }

        return false;
    }

    /// <summary>Runs an operation; whether the pool works on after it.</summary>
    public bool Run(PoolOperation operation, out string? difference)
    {
        difference = null;
        var failuresBefore = Files.Failures;
        try
        {
            // Closing tells nobody that the medium failed; whoever must know that everything is stored flushes first.
            if (operation is PoolOperation.Reopen)
                Model.Run(new PoolOperation.Flush(), Session!);
            Model.Run(operation, Session!);
            return true;
        }
        catch (Exception) when (Files.HasCrashed)
        {
            Model.Note($"power cut at file operation {Files.Operations}");
            return false;
        }
        catch (EngineException e) when (Files.Failures > failuresBefore)
        {
            Model.Note($"the medium failed: {e.Fault}: {e.Message}");
            return WorksOn(out difference);
        }
    }

    /// <summary>Ends this life by a power cut, or by a kill of the process.</summary>
    public void End(bool cut, SimulatedSurvival survival = SimulatedSurvival.Any)
    {
        Model.Note(cut ? "the machine starts again" : "the process is killed");
        var before = Files;
        Files = cut ? before.Crash(survival) : before.Kill();
        isCut |= cut;
        Abandon();
    }

    /// <summary>After an end and an opening: what the pool must not hold, or null.</summary>
    public string? Settle()
    {
        var (cut, fenced) = (isCut, isFenced);
        (isCut, isFenced) = (false, false);
        return cut ? Model.SettleAfterPowerCut(Session!.Pool)
            : fenced ? Model.SettleAfterFence(Session!.Pool)
            : Model.SettleAfterFailure(Session!.Pool);
    }

    /// <summary>The medium loses the newer of two superblocks: the older one must lead to the same content.</summary>
    public void SpoilNewestSuperblock(Random random)
    {
        const string path = $"{Directory}/superblock";
        if (!Files.Exists(path))
            return;
        using var file = Files.Open(path);
        if (NumberOf(file, 0) is not { } first || NumberOf(file, 1) is not { } second)
            return;
        Files.Flip(path, (first > second ? 0 : Limits.BlockBytes) + random.Next(Limits.BlockBytes), random.Next(8));
        Model.Note($"superblock {Math.Max(first, second)} is spoilt");
    }

    /// <summary>Closes the pool; where its life has ended it cannot reach its files any more.</summary>
    public void Abandon()
    {
        var failuresBefore = Files.Failures;
        try
        {
            Session?.Dispose();
        }
        catch (Exception e) when (e is SimulatedCrashException or EngineException or AggregateException)
        {
            // The pool says that it could not close in order, which is what happened.
        }

        isFenced |= Files.Failures > failuresBefore;
        Session = null;
    }

    /// <summary>After a failure: a pool that still takes a flush has everything acknowledged, and keeps it.</summary>
    private bool WorksOn(out string? difference)
    {
        difference = null;
        try
        {
            Session!.Pool.Flush();
        }
        catch (Exception e) when (Files.HasCrashed || e is EngineException or ObjectDisposedException)
        {
            isFenced = !Files.HasCrashed;
            return false;
        }

        difference = Model.SettleAfterFailure(Session!.Pool);
        Model.Begin(new PoolOperation.Flush());
        Model.Acknowledge();
        return difference is null;
    }

    private static ulong? NumberOf(IFile file, int slot)
    {
        Span<byte> block = stackalloc byte[Limits.BlockBytes];
        if (file.Read(slot * Limits.BlockBytes, block) < block.Length)
            return null;
        try
        {
            return Superblock.Read(block, "A slot").Number;
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
        {
            return null;
        }
    }
}
