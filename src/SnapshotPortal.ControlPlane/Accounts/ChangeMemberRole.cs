using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Gives a member of the caller's account another role; the last owner stays one.</summary>
[PortalOnly]
public sealed record ChangeMemberRole(string UserId, AccountRole Role) : IOperation<Done>;
