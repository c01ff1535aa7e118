using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace SnapshotPortal.ControlPlane.Exports;

/// <summary>An address that the portal serves disks on.</summary>
/// <param name="SocketPath">The Unix socket; null: TCP.</param>
/// <param name="Host">What clients call the machine, for TCP.</param>
/// <param name="Port">The port, for TCP.</param>
/// <param name="UsesTls">Whether clients must use TLS.</param>
public sealed record ExportAddress(string? SocketPath, string? Host, int Port, bool UsesTls);

/// <summary>The section <c>Portal:Nbd</c> of the configuration: where disks are served.</summary>
/// <param name="Listen">What to listen on.</param>
/// <param name="Addresses">The same as clients need it.</param>
/// <param name="Certificate">The certificate with its private key; null without one.</param>
public sealed record ExportOptions(IReadOnlyList<EndPoint> Listen, IReadOnlyList<ExportAddress> Addresses, X509Certificate2? Certificate);
