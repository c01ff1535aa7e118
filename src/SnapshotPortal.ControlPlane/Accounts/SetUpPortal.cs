using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Makes the first administrator, with the one-time token that the console showed, and a first account that the administrator owns.</summary>
[PortalOnly]
public sealed record SetUpPortal(string Token, string Email, string Password) : IOperation<SetUpPortalResult>
{
    public string AccountName { get; init; } = "default";
}

public sealed record SetUpPortalResult(string UserId, string AccountId);
