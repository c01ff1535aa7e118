using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Makes an account; for administrators. Its first owner is the user of <see cref="OwnerEmail"/>, or the caller.</summary>
[PortalOnly]
public sealed record CreateAccount(string AccountName) : IOperation<CreateAccountResult>
{
    public string? OwnerEmail { get; init; }
}

public sealed record CreateAccountResult(string AccountId);
