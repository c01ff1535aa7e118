using SnapshotPortal.Nbd.Tests.Harness;
using SnapshotPortal.Nbd.Wire;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Nbd.Tests;

/// <summary>
/// What a client may send, a file a case (tests/corpus/nbd): lines of bytes in hexadecimal digits, or a byte and how often, with comments;
/// and why the connection ends.
/// </summary>
public sealed class CorpusTests
{
    private const string Ends = "ends: ";

    public static TheoryData<string> Cases => new(Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "corpus")).Select(file => Path.GetFileNameWithoutExtension(file)!));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_connection_ends_as_it_shall_and_others_go_on(string name)
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "corpus", $"{name}.txt"));
        await using var server = new TestServer(device: new MemoryBlockDevice(8 << 20));
        server.Exports["disk"] = new() { Name = "disk", Device = server.Device };
        using var other = server.Attach();
        using (var client = new WireClient(server.SocketPath))
        {
            var received = Task.Run(() => { while (!client.IsClosed()) { } });
            try
            {
                client.Send([.. lines.Where(line => !line.StartsWith(Ends, StringComparison.Ordinal)).Select(Parse)]);
                client.EndSending();
            }
            catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
            {
                // The server has had enough before the client had said all.
            }
            var end = server.NextEnd();
            Assert.Contains(lines[^1][Ends.Length..], end.Reason, StringComparison.Ordinal);
            Assert.Null(end.Bug);
            await received;
        }
        Assert.Equal(NbdErrno.None, other.Run(WireClient.Request(Command.Flush, 0, 0)));
    }

    private static byte[] Parse(string line)
    {
        var parts = line.Split('#')[0].Split(" x ", StringSplitOptions.TrimEntries);
        var bytes = Convert.FromHexString(parts[0]);
        return parts.Length == 1 ? bytes : [.. Enumerable.Repeat(bytes, int.Parse(parts[1])).SelectMany(value => value)];
    }
}
