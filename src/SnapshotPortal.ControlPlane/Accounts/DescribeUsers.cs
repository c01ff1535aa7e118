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

public sealed record UserInfo(string UserId, string Email, DateTimeOffset CreationTime, bool IsAdministrator, bool IsLockedOut, bool MustChangePassword, int AccountCount);
