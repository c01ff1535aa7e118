using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Quotas;

/// <summary>Gives an account a limit of its own; for administrators. What is there already stays, also where it is more.</summary>
[PortalOnly]
public sealed record ModifyQuota(string AccountId, QuotaKind Kind) : IOperation<Done>
{
    /// <summary>1–65536; null: the installation's again.</summary>
    public int? Limit { get; init; }
}

internal sealed class ModifyQuotaHandler(PortalDb db) : IHandler<ModifyQuota, Done>
{
    public async Task<Done> RunAsync(ModifyQuota request, Caller caller, CancellationToken cancel)
    {
        if (!Enum.IsDefined(request.Kind)) throw new OperationException(OperationErrors.Invalid(nameof(request.Kind), string.Join(", ", Enum.GetNames<QuotaKind>())), nameof(request.Kind));
        if (request.Limit is < 1 or > QuotaDefaults.LimitMax) throw new OperationException(QuotaErrors.LimitMalformed, nameof(request.Limit));
        if (!await db.Accounts.AnyAsync(account => account.Id == request.AccountId, cancel)) throw new OperationException(AccountErrors.NotFound, nameof(request.AccountId));
        var known = await db.QuotaOverrides.SingleOrDefaultAsync(each => each.AccountId == request.AccountId && each.Kind == request.Kind, cancel);
        if (request.Limit is not { } limit)
        {
            if (known is not null) db.QuotaOverrides.Remove(known);
        }
        else if (known is null)
        {
            db.QuotaOverrides.Add(new() { AccountId = request.AccountId, Kind = request.Kind, Limit = limit });
        }
        else
        {
            known.Limit = limit;
        }

        return Done.Instance;
    }
}
