using SnapshotPortal.ControlPlane.Exports;
using SnapshotPortal.Web.Exports;

namespace SnapshotPortal.Web.Tests.Exports;

public sealed class ConnectionLinesTests
{
    private static readonly ExportAddress Socket = new("/var/lib/portal/nbd.sock", null, 0, UsesTls: false);

    [Fact]
    public void A_unix_socket_is_given_as_each_tool_takes_it()
    {
        var lines = ConnectionLines.ForDisk(Socket, "x-1");

        Assert.Equal("nbd-client -unix /var/lib/portal/nbd.sock -name x-1 -connections 4 /dev/nbd0", lines[0].Command);
        Assert.Contains("server.type=unix,server.path=/var/lib/portal/nbd.sock,export=x-1", lines[1].Command, StringComparison.Ordinal);
        Assert.Equal("nbdcopy --flush image.raw 'nbd+unix:///x-1?socket=/var/lib/portal/nbd.sock'", lines[2].Command);
    }

    [Fact]
    public void An_address_of_other_machines_uses_TLS()
    {
        var address = new ExportAddress(null, "disks.example", 10809, UsesTls: true);

        Assert.Equal("nbds://disks.example:10809/x-1?tls-certificates=/etc/pki/portal", ConnectionLines.UriOf(address, "x-1"));
        Assert.All(ConnectionLines.ForDisk(address, "x-1"), line => Assert.Matches("tls-certificates=|tls-creds=|-cacertfile ", line.Command));
    }

    [Fact]
    public void An_IPv6_address_stands_in_brackets()
        => Assert.Equal("nbd://[::1]:10809/x-1", ConnectionLines.UriOf(new(null, "::1", 10809, UsesTls: false), "x-1"));

    [Fact]
    public void A_snapshot_is_only_read()
        => Assert.DoesNotContain(ConnectionLines.ForSnapshot(Socket, "x-1"), line => line.Command.Contains("image.raw", StringComparison.Ordinal));
}
