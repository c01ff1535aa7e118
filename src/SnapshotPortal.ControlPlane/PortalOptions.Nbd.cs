using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Configuration;
using SnapshotPortal.ControlPlane.Exports;

namespace SnapshotPortal.ControlPlane;

public sealed partial record PortalOptions
{
    // What Linux's sockaddr_un holds, with its end.
    private const int SocketPathBytesMax = 107;

    /// <summary>Where disks are served over NBD.</summary>
    public required ExportOptions Exports { get; init; }

    /// <summary>The addresses that disks are served on, as clients need them.</summary>
    internal IReadOnlyList<ExportAddress> ExportAddresses => Exports.Addresses;

    private static ExportOptions ReadExports(IConfigurationSection section, string dataPath, string contentRoot)
    {
        var listen = new List<EndPoint>();
        var addresses = new List<ExportAddress>();
        if (ReadSocket(section, dataPath, contentRoot) is { } path)
        {
            listen.Add(new UnixDomainSocketEndPoint(path));
            addresses.Add(new(path, null, 0, UsesTls: false));
        }

        var certificate = ReadCertificate(section, contentRoot);
        if (NotEmpty(section["Address"]) is { } text)
        {
            if (!IPEndPoint.TryParse(text, out var address) || address.Port == 0) throw Wrong($"{section.Path}:Address", $"is '{text}'", "an IP address with a port, as 0.0.0.0:10809");
            var usesTls = !IPAddress.IsLoopback(address.Address);
            if (usesTls && certificate is null) throw Wrong($"{section.Path}:Certificate", "is missing", $"the file of a certificate, because {text} is not a loopback address and needs TLS");
            listen.Add(address);
            addresses.Add(new(null, NotEmpty(section["Host"]) ?? address.Address.ToString(), address.Port, usesTls));
        }

        return new(listen, addresses, certificate);
    }

    /// <summary>An empty text turns the socket off; nothing is the one in the data path, where its name is not too long for a socket.</summary>
    private static string? ReadSocket(IConfigurationSection section, string dataPath, string contentRoot)
    {
        if (section["Socket"] is not { } given)
        {
            var byDefault = Path.Combine(dataPath, "nbd.sock");
            return Encoding.UTF8.GetByteCount(byDefault) > SocketPathBytesMax ? null : byDefault;
        }

        if (given.Length == 0) return null;
        var path = Path.GetFullPath(given, contentRoot);
        return Encoding.UTF8.GetByteCount(path) <= SocketPathBytesMax ? path : throw Wrong($"{section.Path}:Socket", $"is longer than {SocketPathBytesMax} bytes as a whole path", "a shorter path");
    }

    private static X509Certificate2? ReadCertificate(IConfigurationSection section, string contentRoot)
    {
        if (NotEmpty(section["Certificate"]) is not { } certificate) return null;
        var key = NotEmpty(section["CertificateKey"]) ?? certificate;
        try
        {
            return X509Certificate2.CreateFromPemFile(Path.GetFullPath(certificate, contentRoot), Path.GetFullPath(key, contentRoot));
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw Wrong($"{section.Path}:Certificate", $"cannot be used: {exception.Message}", "PEM files of a certificate and, here or in CertificateKey, its private key");
        }
    }
}
