using System.Diagnostics;
using System.Globalization;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Objects;
using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.Benchmarks.Backups;

/// <summary>The engine in a process of its own: a disk eight times as large as the image that it begins with. Asked by lines, answers seconds.</summary>
internal sealed class PoolWorker : IDisposable
{
    public const string Argument = "--backup-worker";

    private readonly Pool pool;
    private readonly PoolDisk disk;
    private readonly FileObjectStore store;
    private readonly Repository repository;
    private readonly string imagePath;
    private LocalSnapshot? last;
    private int count;

    private PoolWorker(string room, string imagePath)
    {
        this.imagePath = imagePath;
        var files = OsFileSystem.Instance;
        pool = Pool.Open(files, Path.Combine(room, "pool"), new PoolOptions());
        disk = pool.CreateDisk("disk", new FileInfo(imagePath).Length * 8);
        store = FileObjectStore.Open(files, Path.Combine(room, "pool-repository"));
        repository = Repository.OpenAsync(store, new RepositoryOptions { Time = TimeProvider.System, IndexFiles = files, IndexDirectory = Path.Combine(room, "index") }, CancellationToken.None).GetAwaiter().GetResult();
    }

    public static void Run(string room, string imagePath)
    {
        using var worker = new PoolWorker(room, imagePath);
        while (Console.ReadLine() is { } what)
        {
            var began = Stopwatch.GetTimestamp();
            worker.Do(what);
            Console.WriteLine(Stopwatch.GetElapsedTime(began).TotalSeconds.ToString(CultureInfo.InvariantCulture));
        }
    }

    public void Dispose()
    {
        repository.Dispose();
        store.Dispose();
        pool.Dispose();
    }

    private void Do(string what)
    {
        switch (what)
        {
            case "import": Import(); break;
            case "upload": UploadAsync().GetAwaiter().GetResult(); break;
            case "change": Change(); break;
            case "read": ReadAsync().GetAwaiter().GetResult(); break;
            default: throw new ArgumentException($"'{what}' is not known.", nameof(what));
        }
    }

    private void Import()
    {
        var buffer = new byte[Limits.ChunkBytes];
        using var image = File.OpenHandle(imagePath);
        for (var offset = 0L; RandomAccess.Read(image, buffer, offset) == buffer.Length; offset += buffer.Length)
        {
            if (buffer.AsSpan().ContainsAnyExcept((byte)0)) disk.Write(offset, buffer);
        }
        pool.Checkpoint();
    }

    /// <summary>As the portal does it: a local snapshot, its changes since the one before, the local snapshot let go.</summary>
    private async Task UploadAsync()
    {
        var name = $"s-{++count}";
        var snapshot = pool.TakeSnapshot("disk", name);
        pool.Flush();
        await repository.UploadAsync(
            new SnapshotUpload { SnapshotId = name, DiskId = "disk", Source = snapshot, Changed = snapshot.ChangedSince(last?.Epoch ?? 0), PredecessorId = last?.Name },
            progress: null,
            CancellationToken.None);
        last = snapshot;
    }

    // The same blocks and bytes that the others' image gets.
    private void Change()
    {
        foreach (var (offset, content) in BackupImage.Of(imagePath).Change(generation: 1)) disk.Write(offset, content.Span);
        disk.Flush();
    }

    private async Task ReadAsync()
    {
        var snapshot = await repository.OpenSnapshotAsync(last!.Name, CancellationToken.None);
        snapshot.Read(snapshot.LengthBytes / 16 / Limits.BlockBytes * Limits.BlockBytes, new byte[Limits.BlockBytes]);
    }
}
