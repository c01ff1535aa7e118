using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Jobs;

/// <summary>Lets a failed job go on where it stopped.</summary>
[PortalOnly]
public sealed record RetryJob(string JobId) : IOperation<Done>;
