using System.Net;
using SnapshotPortal.Nbd.Tests.Harness;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Nbd.Tests.Interop;

public sealed class TlsInterop
{
    [Fact]
    public async Task Nbdcopy_speaks_tls_and_refuses_a_server_that_it_cannot_verify()
    {
        var directory = Directory.CreateTempSubdirectory("nbd-tls-");
        using var certificate = TestCertificate.Make();
        await using var server = new TestServer(new() { Certificate = certificate });
        try
        {
            var port = ((IPEndPoint)server.Server.Listen(new IPEndPoint(IPAddress.Any, 0))).Port;
            var content = new byte[TestServer.DiskBytes];
            new Random(1).NextBytes(content);
            var (image, back) = (Path.Combine(directory.FullName, "image"), Path.Combine(directory.FullName, "back"));
            await File.WriteAllBytesAsync(image, content);
            var trusted = directory.CreateSubdirectory("trusted");
            await File.WriteAllTextAsync(Path.Combine(trusted.FullName, "ca-cert.pem"), certificate.ExportCertificatePem());
            await ExternalProgram.RunAsync("nbdcopy", image, Uri(trusted.FullName));
            await ExternalProgram.RunAsync("nbdcopy", Uri(trusted.FullName), back);
            Assert.Equal(content, await File.ReadAllBytesAsync(back));

            using var other = TestCertificate.Make();
            await File.WriteAllTextAsync(Path.Combine(trusted.FullName, "ca-cert.pem"), other.ExportCertificatePem());
            await Assert.ThrowsAsync<InvalidOperationException>(() => ExternalProgram.RunAsync("nbdinfo", Uri(trusted.FullName)));
            await Assert.ThrowsAsync<InvalidOperationException>(() => ExternalProgram.RunAsync("nbdinfo", $"nbd://localhost:{port}/{TestServer.ExportName}"));

            string Uri(string certificates) => $"nbds://localhost:{port}/{TestServer.ExportName}?tls-certificates={certificates}";
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
