using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>The caller's access keys in this account, for owners those of every member; newest first.</summary>
[PortalOnly]
public sealed record DescribeAccessKeys : IOperation<DescribeAccessKeysResult>;

public sealed record DescribeAccessKeysResult(IReadOnlyList<AccessKeyInfo> AccessKeys);

/// <summary>An access key without its secret.</summary>
public sealed record AccessKeyInfo
{
    public required string AccessKeyId { get; init; }
    public required string Name { get; init; }
    public required string UserEmail { get; init; }

    /// <summary>Whether it stands for the caller.</summary>
    public required bool IsOwn { get; init; }

    /// <summary>The most that it may do.</summary>
    public required AccountRole RoleMax { get; init; }
    public required AccessKeyStatus Status { get; init; }
    public required DateTimeOffset CreationTime { get; init; }
    public required DateTimeOffset? ExpirationTime { get; init; }

    /// <summary>To the minute.</summary>
    public required DateTimeOffset? LastUseTime { get; init; }
}

/// <summary>Whether a key is taken.</summary>
public enum AccessKeyStatus
{
    Active,
    Disabled,
    Expired,
}

internal sealed class DescribeAccessKeysHandler(PortalDb db, TimeProvider time) : IHandler<DescribeAccessKeys, DescribeAccessKeysResult>
{
    public async Task<DescribeAccessKeysResult> RunAsync(DescribeAccessKeys request, Caller caller, CancellationToken cancel)
    {
        var keys = await db.AccessKeys.AsNoTracking().VisibleTo(caller).OrderByDescending(key => key.CreatedAt).ThenBy(key => key.Id).ToListAsync(cancel);
        var users = keys.Select(key => key.UserId).Distinct().ToList();
        var emails = await db.Users.Where(user => users.Contains(user.Id)).ToDictionaryAsync(user => user.Id, user => user.Email!, cancel);
        return new(keys.ConvertAll(key => Describe(key, emails.GetValueOrDefault(key.UserId, ""), caller)));
    }

    private AccessKeyInfo Describe(AccessKey key, string email, Caller caller) => new()
    {
        AccessKeyId = key.Id,
        Name = key.Name,
        UserEmail = email,
        IsOwn = key.UserId == caller.UserId,
        RoleMax = key.RoleMax,
        Status = !key.IsActive ? AccessKeyStatus.Disabled : key.ExpiresAt <= time.GetUtcNow() ? AccessKeyStatus.Expired : AccessKeyStatus.Active,
        CreationTime = key.CreatedAt,
        ExpirationTime = key.ExpiresAt,
        LastUseTime = key.LastUsedAt,
    };
}
