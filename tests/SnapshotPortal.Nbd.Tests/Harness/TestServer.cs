using System.Collections.Concurrent;
using System.Net.Sockets;
using SnapshotPortal.Engine;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Nbd.Tests.Harness;

/// <summary>A server on a Unix socket, with a catalog that tests fill.</summary>
internal sealed class TestServer : IExportCatalog, IAsyncDisposable
{
    public const string ExportName = "token-of-the-disk";
    public const long DiskBytes = 64 << 20;

    private readonly string directory = Directory.CreateTempSubdirectory("nbd-").FullName;

    public TestServer(NbdOptions? options = null, IBlockDevice? device = null)
    {
        Device = device ?? new MemoryBlockDevice(DiskBytes);
        Exports[ExportName] = new Export { Name = ExportName, Device = Device };
        Server = new(this, (options ?? new()) with { Ended = Ended.Add });
        Server.Listen(new UnixDomainSocketEndPoint(SocketPath));
    }

    public NbdServer Server { get; }

    public IBlockDevice Device { get; }

    public ConcurrentDictionary<string, Export> Exports { get; } = new(StringComparer.Ordinal);

    /// <summary>What <see cref="Find"/> does before it answers.</summary>
    public Action? BeforeFind { get; set; }

    /// <summary>Names that <see cref="List"/> tells.</summary>
    public List<string> Listed { get; } = [];

    public BlockingCollection<NbdConnectionEnd> Ended { get; } = [];

    public string SocketPath => Path.Combine(directory, "nbd");

    /// <summary>The address as libnbd and QEMU write it.</summary>
    public string Uri(string exportName = ExportName) => $"nbd+unix:///{exportName}?socket={SocketPath}";

    public Export? Find(string name, NbdPeer peer)
    {
        BeforeFind?.Invoke();
        return Exports.GetValueOrDefault(name);
    }

    public IReadOnlyList<Export> List(NbdPeer peer) => [.. Listed.Select(name => Exports[name])];

    /// <summary>A client that has read and answered the greeting.</summary>
    public WireClient Connect()
    {
        var client = new WireClient(SocketPath);
        client.Greet();
        return client;
    }

    /// <summary>A client in transmission.</summary>
    public WireClient Attach(bool hasStructuredReplies = true, params string[] contexts)
    {
        var client = Connect();
        if (hasStructuredReplies) Assert.Equal(Wire.OptionReply.Acknowledged, client.Ask(Wire.OptionCode.StructuredReply).Reply);
        if (contexts.Length > 0) Assert.All(client.AskAll(Wire.OptionCode.SetMetaContext, WireClient.ContextData(ExportName, contexts)), answer => Assert.True(answer.Reply is Wire.OptionReply.MetaContext or Wire.OptionReply.Acknowledged));
        Assert.Equal(Wire.OptionReply.Acknowledged, client.AskAll(Wire.OptionCode.Go, WireClient.InfoData(ExportName)).Last().Reply);
        return client;
    }

    /// <summary>The next connection that ends.</summary>
    public NbdConnectionEnd NextEnd() =>
        Ended.TryTake(out var end, WireClient.TimeMax) ? end : throw new TimeoutException("No connection has ended.");

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
