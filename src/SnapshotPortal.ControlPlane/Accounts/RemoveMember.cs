using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Takes a member out of the caller's account; the last owner stays.</summary>
[PortalOnly]
public sealed record RemoveMember(string UserId) : IOperation<Done>;
