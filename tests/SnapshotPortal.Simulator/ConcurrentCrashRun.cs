using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Simulator;

/// <summary>
/// One seed with several threads on one pool, each writing blocks of its own, cut by one crash in the middle of it.
/// What the threads do follows from the seed, how they interleave does not, so only what holds for every order is asked.
/// </summary>
internal sealed class ConcurrentCrashRun
{
    private const int Threads = 4;
    private const int BlocksPerThread = 16;
    private static readonly string[] Disks = ["one", "two"];

    private readonly Random random;
    private readonly SimulatedFileSystem files;
    private readonly ThreadHistory[] histories = [.. Enumerable.Range(0, Threads).Select(_ => new ThreadHistory())];
    private readonly List<SnapshotSpan> snapshots = [];
    private readonly List<string> notes = [];
    private long clock;

    private ConcurrentCrashRun(long seed, SimulatedLies lies, Action<string>? trace)
    {
        random = CrashRun.RandomOf(seed);
        files = SimulatedMachine.NewFiles(random.Next(), lies, trace);
    }

    public static CrashResult Run(long seed, SimulatedLies lies, Action<string>? trace)
    {
        var run = new ConcurrentCrashRun(seed, lies, trace);
        string? difference;
        try
        {
            difference = run.Run();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            difference = $"An exception that nothing explains: {e}";
        }

        if (difference is not null)
            run.notes.AddRange(run.histories.SelectMany((history, thread) => history.Steps.Select(step => $"thread {thread}: {step}")));
        return new(seed, difference, run.notes, new(1, 1, 0));
    }

    private string? Run()
    {
        var options = CrashRun.SmallPool(random);
        var pool = Pool.Open(files, SimulatedMachine.Directory, options);
        pool.CreateDisk(Disks[0], Threads * BlocksPerThread * (long)Limits.BlockBytes);
        pool.CreateDisk(Disks[1], Threads * BlocksPerThread * (long)Limits.BlockBytes, DiskKeys.Any(0));
        files.FailAfter(random.Next(1, 150), SimulatedFault.Crash);

        var seeds = histories.Select(_ => random.Next()).ToArray();
        var failures = new Exception?[Threads];
        var threads = Enumerable.Range(0, Threads).Select(thread => new Thread(() => failures[thread] = Work(pool, thread, new Random(seeds[thread])))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        if (Array.Find(failures, failure => failure is not null) is { } unexplained)
            return $"A thread failed before the crash: {unexplained}";

        var after = files.Crash();
        try
        {
            pool.Dispose();
        }
        catch (Exception e) when (e is SimulatedCrashException or EngineException or AggregateException)
        {
            notes.Add($"closing after the crash: {e.Message}");
        }

        using var recovered = Pool.Open(after, SimulatedMachine.Directory, options);
        DiskKeys.Unlock(recovered);
        PatternBase.HandIn(recovered);
        return Check(recovered);
    }

    private Exception? Work(Pool pool, int thread, Random choices)
    {
        try
        {
            for (var i = 0; i < 60; i++)
            {
                var kind = choices.Next(12);
                if (kind == 0)
                    Stamped(histories[thread].Flushes, choices.Next(2) == 0 ? pool.Flush : pool.FindDisk(Disks[choices.Next(2)])!.Flush);
                else if (kind == 1 && thread == 0)
                    TakeSnapshot(pool, Disks[choices.Next(2)]);
                else
                    Change(pool, thread, choices, trim: kind == 2, tag: ((ulong)thread + 1) * 1000 + (ulong)i);
            }

            return null;
        }
        catch (Exception) when (files.HasCrashed)
        {
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private void Change(Pool pool, int thread, Random choices, bool trim, ulong tag)
    {
        var disk = Disks[choices.Next(2)];
        var first = choices.Next(BlocksPerThread);
        var count = choices.Next(1, Math.Min(5, BlocksPerThread - first + 1));
        var offsetBytes = (thread * BlocksPerThread + first) * (long)Limits.BlockBytes;
        var bytes = new byte[count * Limits.BlockBytes];
        Pattern.Fill(trim ? Pattern.Zeroes : tag, offsetBytes, bytes);

        var span = new Interval { Start = Interlocked.Increment(ref clock) };
        for (var i = 0; i < count; i++)
            histories[thread].Steps.Add(new(span, disk, thread * BlocksPerThread + first + i, trim ? Pattern.Zeroes : tag));
        if (trim)
            pool.FindDisk(disk)!.Trim(offsetBytes, bytes.Length);
        else
            pool.FindDisk(disk)!.Write(offsetBytes, bytes);
        span.End = Interlocked.Increment(ref clock);
    }

    private void TakeSnapshot(Pool pool, string disk)
    {
        var snapshot = new SnapshotSpan($"snapshot-{snapshots.Count}", disk);
        snapshots.Add(snapshot);
        // Made durable at once, with everything before it.
        histories[0].Flushes.Add(snapshot.Span);
        snapshot.Span.Start = Interlocked.Increment(ref clock);
        pool.TakeSnapshot(disk, snapshot.Name);
        pool.Flush();
        snapshot.Span.End = Interlocked.Increment(ref clock);
    }

    private void Stamped(List<Interval> spans, Action flush)
    {
        var span = new Interval { Start = Interlocked.Increment(ref clock) };
        spans.Add(span);
        flush();
        span.End = Interlocked.Increment(ref clock);
    }

    private string? Check(Pool pool)
    {
        var flushed = histories.SelectMany(history => history.Flushes).Where(flush => flush.End < long.MaxValue).Select(flush => flush.Start).DefaultIfEmpty(0).Max();
        if (FindCuts(Disks.ToDictionary(disk => disk, disk => (IBlockDevice)pool.FindDisk(disk)!), flushed, long.MaxValue) is { } difference)
            return $"The disks: {difference}";
        foreach (var (name, disk, span) in snapshots.Select(snapshot => (snapshot.Name, snapshot.Disk, snapshot.Span)))
        {
            if (pool.FindSnapshot(name) is not { } snapshot)
            {
                if (span.End < long.MaxValue)
                    return $"{name} was acknowledged and is gone.";
            }
            else if (FindCuts(new() { [disk] = snapshot }, span.Start, span.End) is { } inSnapshot)
            {
                return $"{name} of {disk}: {inSnapshot}";
            }
        }

        return null;
    }

    /// <summary>
    /// Looks for a cut through all threads' histories that explains the content: each thread's steps up to its cut are
    /// there and no more; all that ended before <paramref name="after"/> is, nothing that began after <paramref name="before"/>
    /// is; and what is there had nothing that is missing end before it began.
    /// </summary>
    private string? FindCuts(Dictionary<string, IBlockDevice> devices, long after, long before)
    {
        var candidates = new List<int>[Threads];
        for (var thread = 0; thread < Threads; thread++)
        {
            candidates[thread] = Candidates(thread, devices, after, before);
            if (candidates[thread].Count == 0)
                return $"no allowed prefix of thread {thread} explains its blocks.";
        }

        // Raising a cut only asks more of the others, so the least allowed combination is found by raising until nothing is missing.
        var chosen = new int[Threads];
        for (var changed = true; changed;)
        {
            changed = false;
            var lastBegin = Enumerable.Range(0, Threads).Max(thread => candidates[thread][chosen[thread]] is > 0 and var cut ? histories[thread].Steps[cut - 1].Span.Start : 0);
            for (var thread = 0; thread < Threads; thread++)
            {
                var cut = candidates[thread][chosen[thread]];
                if (cut == histories[thread].Steps.Count || histories[thread].Steps[cut].Span.End >= lastBegin)
                    continue;
                if (++chosen[thread] == candidates[thread].Count)
                    return $"thread {thread} stands at step {cut}, which ended before a step began that is there.";
                changed = true;
            }
        }

        return null;
    }

    private List<int> Candidates(int thread, Dictionary<string, IBlockDevice> devices, long after, long before)
    {
        var steps = histories[thread].Steps;
        var expected = devices.Keys.ToDictionary(disk => disk, _ => new ulong[BlocksPerThread]);
        var wrong = new HashSet<(string, int)>();
        foreach (var disk in devices.Keys)
        {
            for (var block = 0; block < BlocksPerThread; block++)
                Compare(disk, thread * BlocksPerThread + block);
        }

        var cuts = new List<int>();
        for (var cut = 0; ; cut++)
        {
            var complete = cut == steps.Count || steps[cut].Span.End >= after;
            if (wrong.Count == 0 && complete)
                cuts.Add(cut);
            if (cut == steps.Count || steps[cut].Span.Start > before)
                return cuts;
            if (!expected.TryGetValue(steps[cut].Disk, out var tags))
                continue;
            tags[steps[cut].Block - thread * BlocksPerThread] = steps[cut].Tag;
            Compare(steps[cut].Disk, steps[cut].Block);
        }

        void Compare(string disk, int block)
        {
            Span<byte> found = stackalloc byte[Limits.BlockBytes];
            Span<byte> wanted = stackalloc byte[Limits.BlockBytes];
            devices[disk].Read(block * (long)Limits.BlockBytes, found);
            Pattern.Fill(expected[disk][block - thread * BlocksPerThread], block * (long)Limits.BlockBytes, wanted);
            if (found.SequenceEqual(wanted))
                wrong.Remove((disk, block));
            else
                wrong.Add((disk, block));
        }
    }

    /// <summary>When a call was begun and when it returned, by a clock that counts.</summary>
    private sealed class Interval
    {
        public long Start { get; set; }

        public long End { get; set; } = long.MaxValue;

        public override string ToString() => $"{Start}–{(End == long.MaxValue ? "" : End)}";
    }

    private sealed record Step(Interval Span, string Disk, int Block, ulong Tag);

    private sealed record SnapshotSpan(string Name, string Disk)
    {
        public Interval Span { get; } = new();
    }

    private sealed class ThreadHistory
    {
        public List<Step> Steps { get; } = [];

        public List<Interval> Flushes { get; } = [];
    }
}
