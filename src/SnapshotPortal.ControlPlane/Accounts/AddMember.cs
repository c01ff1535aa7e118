using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Makes an existing user a member of the caller's account.</summary>
[PortalOnly]
public sealed record AddMember(string Email, AccountRole Role) : IOperation<Done>;
