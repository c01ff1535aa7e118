using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>The users of the portal, by e-mail address; for administrators.</summary>
[PortalOnly]
public sealed record DescribeUsers : IOperation<DescribeUsersResult>, IPagedOperation
{
    /// <summary>A part of the e-mail address.</summary>
    public string? Search { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    int? IPagedOperation.MaxResults => null;

    string? IPagedOperation.NextToken => null;
}

public sealed record DescribeUsersResult(int TotalCount, int PageNumber, int PageSize, IReadOnlyList<UserInfo> Users);

public sealed record UserInfo(string UserId, string Email, DateTimeOffset CreationTime, bool IsAdministrator, bool IsSuspended, bool IsLockedOut, bool MustChangePassword, int AccountCount);

internal sealed class DescribeUsersHandler(PortalDb db, TimeProvider time) : IHandler<DescribeUsers, DescribeUsersResult>
{
    public async Task<DescribeUsersResult> RunAsync(DescribeUsers request, Caller caller, CancellationToken cancel)
    {
        var pattern = Search.Pattern(request.Search) ?? "%";
        var now = time.GetUtcNow();
        var part = await db.Users.Where(user => EF.Functions.Like(user.Email, pattern, Search.Escape))
            .Select(user => new
            {
                user.Id,
                user.Email,
                user.CreatedAt,
                user.LockoutEnd,
                IsSuspended = user.SuspendedAt != null,
                user.MustChangePassword,
                IsAdministrator = db.UserRoles.Any(given => given.UserId == user.Id && db.Roles.Any(role => role.Id == given.RoleId && role.Name == PortalRoles.Administrator)),
                AccountCount = db.Members.Count(member => member.UserId == user.Id),
                user.NormalizedEmail,
            })
            .OrderBy(user => user.NormalizedEmail).PageAsync(request, cancel);
        return new(part.TotalCount, part.PageNumber, part.PageSize, [.. part.Items.Select(user => new UserInfo(
            user.Id, user.Email!, user.CreatedAt, user.IsAdministrator, user.IsSuspended, user.LockoutEnd > now, user.MustChangePassword, user.AccountCount))]);
    }
}
