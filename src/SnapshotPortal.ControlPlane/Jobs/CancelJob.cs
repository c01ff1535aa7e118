using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Jobs;

/// <summary>Stops a job that runs or waits; what it was making fails.</summary>
[PortalOnly]
public sealed record CancelJob(string JobId) : IOperation<Done>;
