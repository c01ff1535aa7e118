using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Makes an access key for the caller in this account.</summary>
[PortalOnly]
public sealed record CreateAccessKey(string Name) : IOperation<CreateAccessKeyResult>
{
    /// <summary>The most that the key may do; not more than the caller.</summary>
    public AccountRole RoleMax { get; init; } = AccountRole.Viewer;

    /// <summary>After how many days it expires; null: it does not.</summary>
    public int? ExpiresInDays { get; init; }
}

/// <summary>The new key pair.</summary>
/// <param name="AccessKeyId">Public.</param>
/// <param name="AccessKeySecret">Told this once.</param>
public sealed record CreateAccessKeyResult(string AccessKeyId, string AccessKeySecret);

internal sealed class CreateAccessKeyHandler(PortalDb db, AccessKeySecrets secrets, TimeProvider time) : IHandler<CreateAccessKey, CreateAccessKeyResult>
{
    /// <summary>Two to change over with, and some for machines.</summary>
    private const int PerUserMax = 10;

    public Task<CreateAccessKeyResult> RunAsync(CreateAccessKey request, Caller caller, CancellationToken cancel)
    {
        if (!Names.IsResourceName(request.Name)) throw new OperationException(AccountErrors.AccessKeyNameMalformed, nameof(request.Name));
        if (request.RoleMax == AccountRole.None || !Enum.IsDefined(request.RoleMax)) throw new OperationException(AccountErrors.RoleInvalid, nameof(request.RoleMax));
        if (request.RoleMax > caller.Role) throw new OperationException(AccountErrors.AccessKeyRoleTooHigh(caller.Role), nameof(request.RoleMax));
        if (request.ExpiresInDays is < 1 or > 3650) throw new OperationException(AccountErrors.AccessKeyExpiryInvalid, nameof(request.ExpiresInDays));
        if (db.AccessKeys.Count(key => key.AccountId == caller.AccountId && key.UserId == caller.UserId) >= PerUserMax)
            throw new OperationException(AccountErrors.AccessKeyQuota(PerUserMax));
        var (id, secret, now) = (secrets.NewId(), secrets.NewSecret(), time.GetUtcNow());
        db.AccessKeys.Add(new()
        {
            Id = id,
            AccountId = caller.AccountId,
            UserId = caller.UserId,
            Name = request.Name,
            ProtectedSecret = secrets.Protect(secret),
            RoleMax = request.RoleMax,
            CreatedAt = now,
            ExpiresAt = request.ExpiresInDays is { } days ? now.AddDays(days) : null,
        });
        return Task.FromResult(new CreateAccessKeyResult(id, secret));
    }
}
