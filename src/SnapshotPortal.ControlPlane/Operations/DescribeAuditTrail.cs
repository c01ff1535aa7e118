using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;

namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>What was done and refused in the caller's account, newest first; for owners.</summary>
[PortalOnly]
public sealed record DescribeAuditTrail : IOperation<DescribeAuditTrailResult>, IPagedOperation
{
    /// <summary>Only what concerns this resource.</summary>
    public string? ResourceId { get; init; }

    /// <summary>Only this operation.</summary>
    public string? Operation { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }
}

public sealed record DescribeAuditTrailResult(int TotalCount, int PageNumber, int PageSize, string? NextToken, IReadOnlyList<AuditInfo> Entries);

/// <summary>Who asked for what, and what came of it.</summary>
/// <param name="RequestId">The request, as error pages show it.</param>
/// <param name="Time">When it ended.</param>
/// <param name="UserEmail">Who asked; empty for the portal itself.</param>
/// <param name="Source">The way it came.</param>
/// <param name="Operation">The operation's name.</param>
/// <param name="ResourceId">What it was about.</param>
/// <param name="Outcome"><c>Success</c> or the code of the refusal.</param>
public sealed record AuditInfo(string RequestId, DateTimeOffset Time, string UserEmail, CallerSource Source, string Operation, string? ResourceId, string Outcome);

internal sealed class DescribeAuditTrailHandler(PortalDb db) : IHandler<DescribeAuditTrail, DescribeAuditTrailResult>
{
    public async Task<DescribeAuditTrailResult> RunAsync(DescribeAuditTrail request, Caller caller, CancellationToken cancel)
    {
        var entries = db.AuditTrail.AsNoTracking().Where(entry => entry.AccountId == caller.AccountId);
        if (request.ResourceId is { Length: > 0 } resourceId) entries = entries.Where(entry => entry.ResourceId == resourceId);
        if (request.Operation is { Length: > 0 } operation) entries = entries.Where(entry => entry.Operation == operation);
        var part = await entries.PartAsync(request, caller, 1, 100, cancel);
        var ids = part.Items.Select(entry => entry.UserId).Distinct().ToList();
        var emails = await db.Users.Where(user => ids.Contains(user.Id)).ToDictionaryAsync(user => user.Id, user => user.Email!, cancel);
        return new(part.TotalCount, part.PageNumber, part.PageSize, part.NextToken, [.. part.Items.Select(entry => new AuditInfo(
            entry.Id, entry.CreatedAt, emails.GetValueOrDefault(entry.UserId, ""), entry.Source, entry.Operation, entry.ResourceId, entry.Outcome))]);
    }
}
