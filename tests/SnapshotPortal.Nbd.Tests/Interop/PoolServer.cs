using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Nbd.Tests.Harness;

namespace SnapshotPortal.Nbd.Tests.Interop;

/// <summary>A disk of a real pool on real files, served; and a directory for what programs need.</summary>
public abstract class PoolServer : IAsyncLifetime
{
    protected const long DiskBytes = 64 << 20;

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("nbd-interop-");

    protected PoolServer()
    {
        Pool = Pool.Open(OsFileSystem.Instance, PathOf("pool"), new());
        Disk = Pool.CreateDisk("disk", DiskBytes);
        Server = new(device: Disk);
    }

    protected Pool Pool { get; }

    protected PoolDisk Disk { get; }

    internal TestServer Server { get; }

    protected string Uri => Server.Uri();

    protected string PathOf(string name) => Path.Combine(directory.FullName, name);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Server.DisposeAsync();
        Pool.Dispose();
        directory.Delete(recursive: true);
    }

    /// <summary>A file with holes, zeroes and content that does not compress.</summary>
    protected string SparseImage(int seed = 1)
    {
        var path = PathOf($"image-{seed}");
        var random = new Random(seed);
        using var file = new FileStream(path, FileMode.Create);
        file.SetLength(DiskBytes);
        var piece = new byte[100_000];
        for (var i = 0; i < 60; i++)
        {
            random.NextBytes(piece);
            file.Position = random.NextInt64(DiskBytes - piece.Length);
            file.Write(piece);
        }
        return path;
    }
}
