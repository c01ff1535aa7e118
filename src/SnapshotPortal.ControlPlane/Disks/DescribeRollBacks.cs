using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>How a disk came to hold what it holds: its roll backs, their undoing and its re-initialisations, newest first.</summary>
[PortalOnly]
public sealed record DescribeRollBacks(string DiskId) : IOperation<DescribeRollBacksResult>;

public sealed record DescribeRollBacksResult(IReadOnlyList<RollBackInfo> RollBacks);

/// <summary>Once a disk got the state of another moment.</summary>
public sealed record RollBackInfo
{
    public required string RollBackId { get; init; }
    public required DiskRollBackKind Kind { get; init; }
    public required DateTimeOffset Time { get; init; }

    /// <summary>The moment whose state the disk got.</summary>
    public required DateTimeOffset StateOf { get; init; }

    /// <summary>The snapshot whose state it got, which may be gone; null where none.</summary>
    public required string? SnapshotId { get; init; }

    /// <summary>What the state before is called.</summary>
    public required string KeptName { get; init; }

    /// <summary>Until when the state before is kept; null where it is not kept any more.</summary>
    public required DateTimeOffset? KeptUntil { get; init; }
}

internal sealed class DescribeRollBacksHandler(PortalDb db) : IHandler<DescribeRollBacks, DescribeRollBacksResult>
{
    private const int RollBacksMax = 100;

    public async Task<DescribeRollBacksResult> RunAsync(DescribeRollBacks request, Caller caller, CancellationToken cancel)
    {
        var disk = await db.Disks.AsNoTracking().GetAsync(caller, request.DiskId, cancel);
        var rollBacks = await db.DiskRollBacks.AsNoTracking().Where(each => each.DiskId == disk.Id)
            .OrderByDescending(each => each.CreatedAt).ThenByDescending(each => each.Id).Take(RollBacksMax).ToListAsync(cancel);
        return new(rollBacks.ConvertAll(each => new RollBackInfo
        {
            RollBackId = each.Id,
            Kind = each.Kind,
            Time = each.CreatedAt,
            StateOf = each.StateOf,
            SnapshotId = each.SnapshotId,
            KeptName = each.KeptName,
            KeptUntil = each.KeptBody is null ? null : each.KeptUntil,
        }));
    }
}
