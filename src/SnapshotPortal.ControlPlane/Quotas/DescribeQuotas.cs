using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Quotas;

/// <summary>What the caller's account may have, and how much of it is used.</summary>
[PortalOnly]
public sealed record DescribeQuotas : IOperation<DescribeQuotasResult>;

public sealed record DescribeQuotasResult(IReadOnlyList<QuotaInfo> Quotas);

/// <summary>A limit and its use.</summary>
/// <param name="Kind">What is limited.</param>
/// <param name="Limit">How many at most.</param>
/// <param name="LimitByDefault">What holds for accounts without a limit of their own.</param>
/// <param name="IsOverridden">Whether an administrator gave this account a limit of its own.</param>
/// <param name="Used">How many there are where most are: of that disk, in that region.</param>
/// <param name="FullestId">The disk or region where most are; null where there are none.</param>
public sealed record QuotaInfo(QuotaKind Kind, int Limit, int LimitByDefault, bool IsOverridden, int Used, string? FullestId);

internal sealed class DescribeQuotasHandler(AccountQuotas quotas) : IHandler<DescribeQuotas, DescribeQuotasResult>
{
    public async Task<DescribeQuotasResult> RunAsync(DescribeQuotas request, Caller caller, CancellationToken cancel)
        => new(await quotas.DescribeAsync(caller.AccountId, cancel));
}

/// <summary>The same of any account; for administrators.</summary>
[PortalOnly]
public sealed record DescribeQuotasOfAccount(string AccountId) : IOperation<DescribeQuotasResult>;

internal sealed class DescribeQuotasOfAccountHandler(PortalDb db, AccountQuotas quotas) : IHandler<DescribeQuotasOfAccount, DescribeQuotasResult>
{
    public async Task<DescribeQuotasResult> RunAsync(DescribeQuotasOfAccount request, Caller caller, CancellationToken cancel)
    {
        if (!await db.Accounts.AnyAsync(account => account.Id == request.AccountId, cancel)) throw new OperationException(AccountErrors.NotFound, nameof(request.AccountId));
        return new(await quotas.DescribeAsync(request.AccountId, cancel));
    }
}
