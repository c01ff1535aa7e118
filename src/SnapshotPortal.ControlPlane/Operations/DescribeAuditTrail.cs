using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;

namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>What both views of the audit trail filter by; filters are ANDed.</summary>
public interface IAuditFilter
{
    /// <summary>Only what concerns this resource.</summary>
    string? ResourceId { get; }

    /// <summary>Only this operation.</summary>
    string? Operation { get; }

    /// <summary>A part of the e-mail address of who asked.</summary>
    string? User { get; }

    /// <summary>Only what was done (true) or only what was refused (false).</summary>
    bool? Succeeded { get; }

    /// <summary>From this moment on.</summary>
    DateTimeOffset? From { get; }

    /// <summary>Before this moment.</summary>
    DateTimeOffset? Until { get; }
}

/// <summary>What was done and refused in the caller's account, newest first; for owners.</summary>
[PortalOnly]
public sealed record DescribeAuditTrail : IOperation<DescribeAuditTrailResult>, IPagedOperation, IAuditFilter
{
    public string? ResourceId { get; init; }

    public string? Operation { get; init; }

    public string? User { get; init; }

    public bool? Succeeded { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? Until { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }
}

/// <summary>The same of the whole portal; for administrators.</summary>
[PortalOnly]
public sealed record DescribePortalAuditTrail : IOperation<DescribeAuditTrailResult>, IPagedOperation, IAuditFilter
{
    /// <summary>Only in this account; empty: only outside of accounts; null: all.</summary>
    public string? AccountId { get; init; }

    public string? ResourceId { get; init; }

    public string? Operation { get; init; }

    public string? User { get; init; }

    public bool? Succeeded { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? Until { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }
}

public sealed record DescribeAuditTrailResult(int TotalCount, int PageNumber, int PageSize, string? NextToken, IReadOnlyList<AuditInfo> Entries);

/// <summary>Who asked for what, and what came of it.</summary>
/// <param name="RequestId">The request, as error pages show it.</param>
/// <param name="Sequence">The line's place in the chain.</param>
/// <param name="Time">When it ended.</param>
/// <param name="AccountName">The account that it was asked in; empty outside of accounts.</param>
/// <param name="UserEmail">Who asked; empty for the portal itself.</param>
/// <param name="Source">The way it came.</param>
/// <param name="Operation">The operation's name.</param>
/// <param name="ResourceId">What it was about.</param>
/// <param name="Outcome"><c>Success</c> or the code of the refusal.</param>
public sealed record AuditInfo(
    string RequestId, long Sequence, DateTimeOffset Time, string AccountName, string UserEmail, CallerSource Source, string Operation, string? ResourceId, string Outcome)
{
    /// <summary>Whether it was done.</summary>
    public bool Succeeded => Outcome == AuditEntry.Success;
}

internal sealed class DescribeAuditTrailHandler(PortalDb db) : IHandler<DescribeAuditTrail, DescribeAuditTrailResult>
{
    public Task<DescribeAuditTrailResult> RunAsync(DescribeAuditTrail request, Caller caller, CancellationToken cancel)
        => db.AuditTrail.AsNoTracking().Where(entry => entry.AccountId == caller.AccountId).DescribeAsync(db, request, caller, cancel);
}

internal sealed class DescribePortalAuditTrailHandler(PortalDb db) : IHandler<DescribePortalAuditTrail, DescribeAuditTrailResult>
{
    public Task<DescribeAuditTrailResult> RunAsync(DescribePortalAuditTrail request, Caller caller, CancellationToken cancel)
        => db.AuditTrail.AsNoTracking().Where(entry => request.AccountId == null || entry.AccountId == request.AccountId).DescribeAsync(db, request, caller, cancel);
}

internal static class AuditQueries
{
    public static async Task<DescribeAuditTrailResult> DescribeAsync<TRequest>(
        this IQueryable<AuditEntry> all, PortalDb db, TRequest request, Caller caller, CancellationToken cancel)
        where TRequest : IAuditFilter, IPagedOperation
    {
        var part = await all.Filter(db, request).PartAsync(request, caller, 1, 100, cancel);
        var userIds = part.Items.Select(entry => entry.UserId).Distinct().ToList();
        var accountIds = part.Items.Select(entry => entry.AccountId).Distinct().ToList();
        var emails = await db.Users.Where(user => userIds.Contains(user.Id)).ToDictionaryAsync(user => user.Id, user => user.Email!, cancel);
        var accounts = await db.Accounts.Where(account => accountIds.Contains(account.Id)).ToDictionaryAsync(account => account.Id, account => account.Name, cancel);
        return new(part.TotalCount, part.PageNumber, part.PageSize, part.NextToken, [.. part.Items.Select(entry => new AuditInfo(
            entry.Id, entry.Sequence, entry.CreatedAt, accounts.GetValueOrDefault(entry.AccountId, entry.AccountId), emails.GetValueOrDefault(entry.UserId, entry.UserId),
            entry.Source, entry.Operation, entry.ResourceId, entry.Outcome))]);
    }

    private static IQueryable<AuditEntry> Filter(this IQueryable<AuditEntry> entries, PortalDb db, IAuditFilter filter)
    {
        if (filter.ResourceId is { Length: > 0 } resourceId) entries = entries.Where(entry => entry.ResourceId == resourceId);
        if (filter.Operation is { Length: > 0 } operation) entries = entries.Where(entry => entry.Operation == operation);
        if (Search.Pattern(filter.User) is { } pattern) entries = entries.Where(entry => db.Users.Any(user => user.Id == entry.UserId && EF.Functions.Like(user.Email, pattern, Search.Escape)));
        if (filter.Succeeded is { } succeeded) entries = entries.Where(entry => entry.Outcome == AuditEntry.Success == succeeded);
        if (filter.From is { } from) entries = entries.Where(entry => entry.CreatedAt >= from);
        if (filter.Until is { } until) entries = entries.Where(entry => entry.CreatedAt < until);
        return entries;
    }
}
