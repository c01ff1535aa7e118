using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>The states of a region's instances, newest first.</summary>
public sealed record DescribeInstanceStatus(string RegionId) : IOperation<DescribeInstanceStatusResult>, IPagedOperation
{
    public string? ZoneId { get; init; }

    public IReadOnlyList<string>? InstanceId { get; init; }

    public int? PageNumber { get; init; }

    public int? PageSize { get; init; }

    [PortalOnly]
    public int? MaxResults { get; init; }

    [PortalOnly]
    public string? NextToken { get; init; }
}

public sealed record DescribeInstanceStatusResult(int TotalCount, int PageNumber, int PageSize, IReadOnlyList<InstanceStatusInfo> InstanceStatuses);

public sealed record InstanceStatusInfo(string InstanceId, string Status);

internal sealed class DescribeInstanceStatusHandler(PortalDb db, PortalOptions options) : IHandler<DescribeInstanceStatus, DescribeInstanceStatusResult>
{
    public async Task<DescribeInstanceStatusResult> RunAsync(DescribeInstanceStatus request, Caller caller, CancellationToken cancel)
    {
        var region = options.Region(request.RegionId);
        var instances = db.Instances.AsNoTracking().OwnedBy(caller).Where(instance => instance.RegionId == region.RegionId);
        if (request.ZoneId is { Length: > 0 } zoneId)
        {
            if (!region.Zones.Contains(zoneId)) throw new OperationException(InstanceErrors.ZoneUnknown, nameof(request.ZoneId));
            instances = instances.Where(instance => instance.ZoneId == zoneId);
        }

        if (request.InstanceId is { Count: > 0 } ids)
        {
            if (ids.Count > 100) throw new OperationException(InstanceErrors.TooManyIds, nameof(request.InstanceId));
            instances = instances.Where(instance => ids.Contains(instance.Id));
        }

        var part = await instances.PartAsync(request, caller, 1, 50, cancel);
        return new(part.TotalCount, part.PageNumber, part.PageSize, part.Items.ConvertAll(instance => new InstanceStatusInfo(instance.Id, instance.Status)));
    }
}
