using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SnapshotPortal.Nbd.Tests.Harness;
using SnapshotPortal.Nbd.Wire;

namespace SnapshotPortal.Nbd.Tests.Negotiation;

public sealed class TlsTests : IDisposable
{
    private readonly X509Certificate2 certificate = TestCertificate.Make();

    public void Dispose() => certificate.Dispose();

    [Fact]
    public async Task Where_tls_is_required_nothing_else_can_be_asked_for_in_plain_text()
    {
        await using var server = new TestServer(new() { Certificate = certificate });
        using var client = Connect(server);
        Assert.Equal(OptionReply.TlsRequired, client.Ask(OptionCode.Go, WireClient.InfoData(TestServer.ExportName)).Reply);
        Assert.Equal(OptionReply.TlsRequired, client.Ask(OptionCode.List).Reply);
        Assert.Equal(OptionReply.TlsRequired, client.Ask(OptionCode.StructuredReply).Reply);
        Assert.Equal(OptionReply.TlsRequired, client.Ask((OptionCode)99).Reply);
        client.Send(WireClient.Option(OptionCode.ExportName, Encoding.UTF8.GetBytes(TestServer.ExportName)));
        Assert.True(client.IsClosed());
        Assert.Equal("This address is only served with TLS.", server.NextEnd().Reason);
    }

    [Fact]
    public async Task With_tls_disks_are_read_and_written()
    {
        await using var server = new TestServer(new() { Certificate = certificate });
        using var client = Connect(server);
        StartTls(client);
        client.Ask(OptionCode.StructuredReply);
        Assert.Equal(OptionReply.Acknowledged, client.AskAll(OptionCode.Go, WireClient.InfoData(TestServer.ExportName)).Last().Reply);
        var content = new byte[3 << 20];
        new Random(1).NextBytes(content);
        Assert.Equal(NbdErrno.None, client.Run(WireClient.Write(4096, content, flags: CommandFlags.Fua)));
        Assert.Equal(content, client.Read(4096, (uint)content.Length));
        Assert.True(Assert.Single(server.Server.Connections).Peer.IsEncrypted);
    }

    [Fact]
    public async Task What_was_agreed_on_before_tls_is_forgotten()
    {
        await using var server = new TestServer(new() { Certificate = certificate });
        using var client = server.Connect();
        client.Ask(OptionCode.StructuredReply);
        StartTls(client);
        Assert.Equal(OptionReply.Invalid, client.Ask(OptionCode.SetMetaContext, WireClient.ContextData(TestServer.ExportName, "base:allocation")).Reply);
        Assert.Equal(OptionReply.Invalid, client.Ask(OptionCode.StartTls).Reply);
    }

    [Fact]
    public async Task Bytes_injected_before_tls_are_never_obeyed()
    {
        await using var server = new TestServer(new() { Certificate = certificate });
        using var client = Connect(server);
        client.Send(WireClient.Option(OptionCode.StartTls, []), WireClient.Option(OptionCode.Go, WireClient.InfoData(TestServer.ExportName)));
        Assert.Equal(OptionReply.Acknowledged, client.ReceiveAnswer(OptionCode.StartTls).Reply);
        Assert.Contains("TLS", server.NextEnd().Reason, StringComparison.Ordinal);
        Assert.Empty(server.Server.Connections);
    }

    [Fact]
    public async Task A_loopback_address_needs_no_tls_and_any_other_needs_a_certificate()
    {
        await using var server = new TestServer();
        using var client = new WireClient(server.Server.Listen(new IPEndPoint(IPAddress.Loopback, 0)));
        client.Greet();
        Assert.Equal(OptionReply.RefusedByPolicy, client.Ask(OptionCode.StartTls).Reply);
        Assert.Equal(OptionReply.Acknowledged, client.AskAll(OptionCode.Go, WireClient.InfoData(TestServer.ExportName)).Last().Reply);
        Assert.StartsWith("127.0.0.1:", Assert.Single(server.Server.Connections).Peer.Address, StringComparison.Ordinal);
        Assert.Contains("certificate", Assert.Throws<InvalidOperationException>(() => server.Server.Listen(new IPEndPoint(IPAddress.Any, 0))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handshake_that_is_not_tls_ends_the_connection()
    {
        await using var server = new TestServer(new() { Certificate = certificate });
        using var client = server.Connect();
        Assert.Equal(OptionReply.Acknowledged, client.Ask(OptionCode.StartTls).Reply);
        client.Send(new byte[1000]);
        server.NextEnd();
        using var other = server.Attach();
        Assert.Equal(NbdErrno.None, other.Run(WireClient.Request(Command.Flush, 0, 0)));
    }

    // Any address of the machine: reached through loopback, it still is none.
    private static WireClient Connect(TestServer server)
    {
        var port = ((IPEndPoint)server.Server.Listen(new IPEndPoint(IPAddress.Any, 0))).Port;
        var client = new WireClient(new IPEndPoint(IPAddress.Loopback, port));
        client.Greet();
        return client;
    }

    private void StartTls(WireClient client)
    {
        Assert.Equal(OptionReply.Acknowledged, client.Ask(OptionCode.StartTls).Reply);
        client.Wrap(inner =>
        {
            var tls = new SslStream(inner, leaveInnerStreamOpen: false, (_, presented, _, _) => presented!.GetCertHashString() == certificate.GetCertHashString());
            tls.AuthenticateAsClient("localhost");
            return tls;
        });
    }
}
