using System.Security.Cryptography;
using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Repositories;

/// <summary>A store, what a repository does with it, and content made from a seed.</summary>
internal sealed class RepositoryScene
{
    public static readonly CancellationToken None = CancellationToken.None;

    public RepositoryScene(int seed = 1)
        : this(new MemoryObjectStore(), seed) { }

    public RepositoryScene(MemoryObjectStore memory, int seed = 1)
    {
        (Memory, Random) = (memory, new Random(seed));
        Faulty = new FaultyObjectStore(memory);
    }

    public Random Random { get; }

    public MemoryObjectStore Memory { get; }

    public FaultyObjectStore Faulty { get; }

    public RepositoryOptions Options { get; init; } = new()
    {
        Time = TimeProvider.System,
        NewId = () => new Guid("01234567-89ab-cdef-0123-456789abcdef"),
        PackBytes = 256 * 1024,
        Keys = EncryptionTests.Ring,
    };

    public IEnumerable<string> Packs => Memory.Objects.Keys.Where(name => name.StartsWith("pa", StringComparison.Ordinal));

    /// <summary>Opens the repository as a new process does.</summary>
    public Task<Repository> OpenAsync() => Repository.OpenAsync(Faulty, Options, None);

    /// <summary>A device of a size in chunks, with random content at random places.</summary>
    public MemoryBlockDevice Disk(int chunks, int writes)
    {
        var disk = new MemoryBlockDevice(chunks * (long)Limits.ChunkBytes);
        for (var i = 0; i < writes; i++) Change(disk);
        return disk;
    }

    /// <summary>One random change: noise, text or something seen before, of any alignment; or zeroes.</summary>
    public void Change(MemoryBlockDevice disk)
    {
        var offset = Random.NextInt64(disk.LengthBytes);
        var length = (int)Math.Min(disk.LengthBytes - offset, Random.Next(3) switch { 0 => Random.Next(1, 200), 1 => Random.Next(1, 20_000), _ => Random.Next(1, 300_000) });
        var content = new byte[length];
        switch (Random.Next(5))
        {
            case 0: disk.WriteZeroes(offset, length); return;
            case 1: disk.Trim(offset, length); return;
            case 2: Random.NextBytes(content); break;
            case 3: content.AsSpan().Fill((byte)Random.Next(256)); break;
            default:
                for (var i = 0; i < length; i++) content[i] = (byte)"the same words over and over again "[i % 35];
                break;
        }
        disk.Write(offset, content);
    }

    public static SnapshotUpload Full(string id, MemoryBlockDevice disk) => new() { SnapshotId = id, DiskId = "d-1", Source = disk.Freeze(), Changed = disk.ChangedSince(0) };

    public static SnapshotUpload Incremental(string id, MemoryBlockDevice disk, string predecessor, uint epoch) =>
        new() { SnapshotId = id, DiskId = "d-1", Source = disk.Freeze(), Changed = disk.ChangedSince(epoch), PredecessorId = predecessor };

    public static string HashOf(IBlockDevice device, long? lengthBytes = null)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        var end = lengthBytes ?? device.LengthBytes;
        for (var offset = 0L; offset < end; offset += buffer.Length)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - offset));
            device.Read(offset, part);
            hash.AppendData(part);
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    public static async Task<string> RestoredHashAsync(Repository repository, string id)
    {
        var info = await repository.FindAsync(id, None);
        var target = new MemoryBlockDevice(info!.LengthBytes);
        await repository.RestoreAsync(id, target, null, None);
        return HashOf(target);
    }

    public static async Task<List<StoredSnapshotInfo>> ListAsync(Repository repository)
    {
        var list = new List<StoredSnapshotInfo>();
        await foreach (var info in repository.ListAsync(None)) list.Add(info);
        return list;
    }

    public static async Task<SweepPlan> SweepAsync(Repository repository) => await repository.ExecuteAsync(await repository.PlanSweepAsync(None), None);

    public static async Task<EngineException> RefusedAsync(Func<Task> call) => await Assert.ThrowsAsync<EngineException>(call);
}
