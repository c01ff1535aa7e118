using System.Collections.Concurrent;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Simulator;

/// <summary>Turns bits over in the files of a small pool: each is noticed, or does no harm, and no wrong byte is handed out.</summary>
public static class BitFlips
{
    private const int Block = Limits.BlockBytes;
    private const int Disks = 8;
    private const int BlocksPerDisk = 12;
    private const int BitsPerBlock = Block * 8;

    // No header of this pool says more than that many bits.
    private const int FieldsBits = 1400;
    private const string Segment = $"{SimulatedMachine.Directory}/segment-00000001";

    private static readonly PoolOptions Options = new() { SegmentBytes = 256 * Block, MapMemoryBytes = 64 * Block, BackgroundCheckpoints = false, NewId = () => new Guid(1, 2, 3, [4, 5, 6, 7, 8, 9, 10, 11]) };

    /// <summary>Runs all below, each with every so many-th bit, the fields of headers with a hundred times as many, and with so many bits of data.</summary>
    /// <returns>The first failure, and how many bits were turned over.</returns>
    public static (string? Failure, long Bits) RunAll(int stride, int bitsOfData)
    {
        var flips = new List<(int Bits, Func<string?> Run)> { (0, With(0, _ => ForeignSegment())) };
        for (var bit = 0; bit < BitsPerBlock; bit += stride) flips.Add((Disks, With(bit, InMapPage)));
        for (var seed = 0; seed < bitsOfData; seed += BlocksOfData) flips.Add((BlocksOfData, With(seed, seed => InData(new Random(seed)))));
        foreach (var (name, lengthBytes) in Beginnings)
            for (var bit = 0L; bit < lengthBytes * 8; bit += StepAt(bit)) flips.Add((1, With(bit, bit => InBeginning(name, bit))));
        foreach (var block in Enumerable.Range(1, BlocksOfLog))
            for (var bit = 0; bit < BitsPerBlock; bit += StepAt(Scene.Killed.IsHeader(block) ? bit : FieldsBits)) flips.Add((1, With(bit, bit => InLog(block, bit))));

        int StepAt(long bit) => bit % BitsPerBlock < FieldsBits ? stride / 100 + 1 : stride;

        var (failure, bits) = ((string?)null, 0L);
        Parallel.ForEach(Partitioner.Create(flips, loadBalance: true), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (flip, state) =>
        {
            Interlocked.Add(ref bits, flip.Bits);
            if (flip.Run() is not { } found)
                return;
            failure = found;
            state.Stop();
        });
        return (failure, bits);
    }

    private static Func<string?> With<T>(T bit, Func<T, string?> flip) => () =>
    {
        try
        {
            return flip(bit) is { } difference ? $"{flip.Method.Name} {bit}: {difference}" : null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"{flip.Method.Name} {bit}: an exception that nothing explains: {e}";
        }
    };

    /// <summary>One bit in the map page of every disk at once: no disk says anything of its content.</summary>
    public static string? InMapPage(int bit)
    {
        var scene = Scene.Closed;
        var files = scene.Files.Fork(0);
        for (var i = 0; i < Disks; i++) Flip(files, scene.Pages[i], (bit + i * 4099) % BitsPerBlock);
        using var pool = Pool.Open(files, SimulatedMachine.Directory, Options);
        return pool.Disks.Select(disk => Damaged(disk, 0, "A page of the map")).FirstOrDefault(difference => difference is not null);
    }

    /// <summary>One bit in every block of data at once: each is refused by name.</summary>
    public static string? InData(Random random)
    {
        var scene = Scene.Closed;
        var files = scene.Files.Fork(0);
        foreach (var location in scene.Blocks) Flip(files, location, random.Next(BitsPerBlock));
        using var pool = Pool.Open(files, SimulatedMachine.Directory, Options);
        return pool.Disks.SelectMany(disk => Enumerable.Range(0, BlocksPerDisk).Select(lba => Damaged(disk, lba, $"The disk's block at byte {lba * Block} "))).FirstOrDefault(difference => difference is not null);
    }

    /// <summary>How many blocks of data one call of <see cref="InData"/> damages.</summary>
    public static int BlocksOfData => Disks * BlocksPerDisk;

    /// <summary>One bit in one of the files that say where the pool begins: the other superblock leads to the same content.</summary>
    public static string? InBeginning(string name, long bit)
    {
        var scene = Scene.Closed;
        var files = scene.Files.Fork(0);
        files.Flip($"{SimulatedMachine.Directory}/{name}", bit / 8, (int)(bit % 8));
        using var session = new PoolSession(files, SimulatedMachine.Directory, Options);
        return PoolComparison.Find(session.Pool, scene.Content);
    }

    /// <summary>The files of <see cref="InBeginning"/> and their sizes.</summary>
    public static IReadOnlyList<(string Name, long LengthBytes)> Beginnings =>
        [.. Scene.Closed.Files.Files.Select(file => (file.Path[(SimulatedMachine.Directory.Length + 1)..], file.LengthBytes)).Where(file => file.Item1.StartsWith("superblock", StringComparison.Ordinal) || file.Item1.StartsWith("table", StringComparison.Ordinal))];

    /// <summary>One bit in a block of the log that a killed process left and that the next opening replays: it is damage, or the log's end, but nothing flushed is lost in silence.</summary>
    public static string? InLog(int block, int bit)
    {
        var scene = Scene.Killed;
        var files = scene.Files.Fork(0);
        files.Flip(Segment, block * Block + bit / 8, bit % 8);
        try
        {
            using var session = new PoolSession(files, SimulatedMachine.Directory, Options);
            // The flush is in no superblock yet, but every batch behind it vouches for those before it.
            return session.Pool.Damage is not null || block > scene.LastVouched
                ? null
                : PoolComparison.Find(session.Pool, scene.Content) is { } difference ? $"Nothing was noticed, and {difference}" : null;
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
        {
            return null;
        }
    }

    /// <summary>How many blocks the log of <see cref="InLog"/> has, behind the segment's header.</summary>
    public static int BlocksOfLog => Scene.Killed.LastVouched;

    /// <summary>A segment of another pool that would go on just where the log ends: it is not taken for the log.</summary>
    public static string? ForeignSegment()
    {
        var scene = Scene.Killed;
        var files = scene.Files.Fork(0);
        var other = Scene.KilledWith(new Guid(9, 9, 9, [9, 9, 9, 9, 9, 9, 9, 9])).Files;
        using (var session = new PoolSession(other, SimulatedMachine.Directory, Options))
            session.Pool.Disks[0].Write(0, new byte[Block]);
        const string next = $"{SimulatedMachine.Directory}/segment-00000002";
        using (var from = other.Open(next))
        using (var to = files.Create(next))
        {
            var bytes = new byte[from.LengthBytes];
            from.Read(0, bytes);
            to.Write(0, bytes);
        }

        using var pool = new PoolSession(files, SimulatedMachine.Directory, Options);
        return PoolComparison.Find(pool.Pool, scene.Content);
    }

    private static void Flip(SimulatedFileSystem files, Location location, int bit) =>
        files.Flip($"{SimulatedMachine.Directory}/segment-{location.Segment:x8}", (long)location.Block * Block + bit / 8, bit % 8);

    private static string? Damaged(PoolDisk disk, int lba, string what)
    {
        var bytes = new byte[Block];
        try
        {
            disk.Read(lba * Block, bytes);
            return $"Disk {disk.Name}, block {lba}: the flipped bit was not noticed.";
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt && e.Message.StartsWith(what, StringComparison.Ordinal))
        {
            return bytes.AsSpan().ContainsAnyExcept((byte)0) ? $"Disk {disk.Name}, block {lba}: bytes were handed out with the error." : null;
        }
    }

    private sealed class Scene
    {
        private static readonly Lazy<Scene> LazyClosed = new(() => new Scene(Options, close: true));
        private static readonly Lazy<Scene> LazyKilled = new(() => new Scene(Options, close: false));

        private Scene(PoolOptions options, bool close)
        {
            var machine = new SimulatedMachine(SimulatedMachine.NewFiles(0), options, new PoolModel());
            machine.TryOpen();
            for (var i = 0; i < Disks; i++)
            {
                machine.Model.Run(new PoolOperation.CreateDisk($"disk-{i}", 256 * Block), machine.Session!);
                machine.Model.Run(new PoolOperation.Write($"disk-{i}", 0, BlocksPerDisk * Block), machine.Session!);
            }

            machine.Model.Run(new PoolOperation.Flush(), machine.Session!);
            var disks = machine.Session!.Pool.Disks;
            Blocks = [.. disks.SelectMany(disk => Enumerable.Range(0, BlocksPerDisk).Select(lba => disk.Map.Find(lba).Location))];
            LastVouched = (int)Blocks.Max(location => location.Block);
            if (close)
            {
                machine.Model.Run(new PoolOperation.Checkpoint(), machine.Session!);
                machine.Model.Run(new PoolOperation.Reopen(), machine.Session!);
                machine.Session.Dispose();
            }
            else
            {
                // Of the same content, so that it does not matter whether it is there.
                machine.Model.Run(new PoolOperation.TakeSnapshot("disk-0", "s"), machine.Session);
                machine.Model.Run(new PoolOperation.Flush(), machine.Session);
                machine.Model.Run(new PoolOperation.Trim("disk-0", 100 * Block, Block), machine.Session);
            }

            Pages = close ? PagesOf(machine.Files) : [];
            machine.End(cut: false);
            (Files, Content) = (machine.Files, machine.Model.Current);
        }

        public static Scene Closed => LazyClosed.Value;

        public static Scene Killed => LazyKilled.Value;

        public static Scene KilledWith(Guid id) => new(Options with { NewId = () => id }, close: false);

        public SimulatedFileSystem Files { get; }

        public PoolContent Content { get; }

        public Location[] Pages { get; }

        public Location[] Blocks { get; }

        /// <summary>The last block of the first segment that a later batch calls durable.</summary>
        public int LastVouched { get; }

        /// <summary>Whether a block of the first segment begins a batch.</summary>
        public bool IsHeader(int block) => !Blocks.Any(location => location.Block == block);

        private static Location[] PagesOf(SimulatedFileSystem files)
        {
            using var pool = Pool.Open(files.Fork(0), SimulatedMachine.Directory, Options);
            return [.. pool.Disks.Select(disk => disk.Map.StoredRoot.Location)];
        }
    }
}
