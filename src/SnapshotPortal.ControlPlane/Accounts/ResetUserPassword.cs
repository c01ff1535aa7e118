using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Gives a user a one-time password and ends the lock-out; for administrators. Open sessions of the user end.</summary>
[PortalOnly]
public sealed record ResetUserPassword(string UserId) : IOperation<ResetUserPasswordResult>;

public sealed record ResetUserPasswordResult(string OneTimePassword);
