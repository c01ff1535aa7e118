using System.Globalization;
using SnapshotPortal.ControlPlane.Exports;

namespace SnapshotPortal.Web.Exports;

/// <summary>A command that connects to an export, ready to be copied.</summary>
/// <param name="Tool">The program.</param>
/// <param name="Purpose">What it does, in a few words.</param>
/// <param name="Command">The whole line.</param>
public sealed record ConnectionLine(string Tool, string Purpose, string Command);

/// <summary>The lines by which clients open an export at an address.</summary>
public static class ConnectionLines
{
    // Where libnbd and QEMU look for ca-cert.pem when the address needs TLS.
    private const string CertificateDirectory = "/etc/pki/portal";

    /// <summary>The export's address as a URI of the NBD specification.</summary>
    public static string UriOf(ExportAddress address, string exportName) => address switch
    {
        { SocketPath: { } path } => $"nbd+unix:///{exportName}?socket={Uri.EscapeDataString(path).Replace("%2F", "/", StringComparison.Ordinal)}",
        { UsesTls: true } => $"nbds://{Authority(address)}/{exportName}?tls-certificates={CertificateDirectory}",
        _ => $"nbd://{Authority(address)}/{exportName}",
    };

    /// <summary>For a disk: to use it as a block device, as a drive of a virtual machine, to copy it in and out, and as a file.</summary>
    public static IReadOnlyList<ConnectionLine> ForDisk(ExportAddress address, string exportName)
    {
        var uri = UriOf(address, exportName);
        return
        [
            new("nbd-client", "as a block device of this machine", $"nbd-client {NbdClientAddress(address)} -name {exportName} -connections 4 /dev/nbd0"),
            Qemu(address, exportName),
            new("nbdcopy", "write an image into it", $"nbdcopy --flush image.raw '{uri}'"),
            new("nbdfuse", "as a file in a directory", $"nbdfuse /mnt/disk.raw '{uri}'"),
        ];
    }

    /// <summary>For a snapshot: to look into it, to copy it out, and as a file.</summary>
    public static IReadOnlyList<ConnectionLine> ForSnapshot(ExportAddress address, string exportName)
    {
        var uri = UriOf(address, exportName);
        return
        [
            new("nbdinfo", "what it holds", $"nbdinfo --map '{uri}'"),
            new("nbdcopy", "copy it into a file", $"nbdcopy '{uri}' snapshot.raw"),
            new("nbdfuse", "as a file in a directory", $"nbdfuse --readonly /mnt/snapshot.raw '{uri}'"),
        ];
    }

    private static ConnectionLine Qemu(ExportAddress address, string exportName)
    {
        const string drive = "-device virtio-blk-pci,drive=disk0";
        const string options = "export={0},cache.direct=on,discard=unmap";
        var named = string.Format(CultureInfo.InvariantCulture, options, exportName);
        var server = address switch
        {
            { SocketPath: { } path } => $"server.type=unix,server.path={path}",
            _ => string.Create(CultureInfo.InvariantCulture, $"server.type=inet,server.host={address.Host},server.port={address.Port}"),
        };
        return address.UsesTls
            ? new("qemu", "as a drive of a virtual machine", $"qemu-system-x86_64 -object tls-creds-x509,id=tls0,endpoint=client,dir={CertificateDirectory} -blockdev driver=nbd,node-name=disk0,tls-creds=tls0,{server},{named} {drive}")
            : new("qemu", "as a drive of a virtual machine", $"qemu-system-x86_64 -blockdev driver=nbd,node-name=disk0,{server},{named} {drive}");
    }

    private static string NbdClientAddress(ExportAddress address) => address switch
    {
        { SocketPath: { } path } => $"-unix {path}",
        { UsesTls: true } => string.Create(CultureInfo.InvariantCulture, $"{address.Host} {address.Port} -cacertfile {CertificateDirectory}/ca-cert.pem"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{address.Host} {address.Port}"),
    };

    private static string Authority(ExportAddress address)
        => string.Create(CultureInfo.InvariantCulture, $"{(address.Host!.Contains(':', StringComparison.Ordinal) ? $"[{address.Host}]" : address.Host)}:{address.Port}");
}
