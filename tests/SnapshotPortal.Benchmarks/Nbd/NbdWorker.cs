using System.Net.Sockets;
using System.Security.Cryptography;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Nbd;

namespace SnapshotPortal.Benchmarks.Nbd;

/// <summary>Our server in a process of its own, as the portal has it: a pool's disk, an encrypted one, or memory. Takes a snapshot for each line on its input.</summary>
internal sealed class NbdWorker(IBlockDevice device) : IExportCatalog
{
    public const string Argument = "--nbd-server";
    private const string DiskName = "disk";

    public Export? Find(string name, NbdPeer peer) => new() { Name = name, Device = device };

    public static async Task RunAsync(string kind, string directory, string socket, long diskBytes)
    {
        if (kind == "memory")
        {
            using var memory = new MemoryDevice(diskBytes);
            await ServeAsync(memory, socket, static () => { });
            return;
        }
        using var pool = Pool.Open(OsFileSystem.Instance, directory, new());
        var disk = kind == "encrypted" ? pool.CreateDisk(DiskName, diskBytes, RandomNumberGenerator.GetBytes(64)) : pool.CreateDisk(DiskName, diskBytes);
        var snapshots = 0;
        await ServeAsync(disk, socket, () =>
        {
            pool.TakeSnapshot(DiskName, $"s-{snapshots++}");
            pool.Flush();
        });
    }

    private static async Task ServeAsync(IBlockDevice device, string socket, Action takeSnapshot)
    {
        await using var server = new NbdServer(new NbdWorker(device), new());
        server.Listen(new UnixDomainSocketEndPoint(socket));
        Console.WriteLine("ready");
        while (Console.ReadLine() is not null)
        {
            takeSnapshot();
            Console.WriteLine("taken");
        }
    }
}
