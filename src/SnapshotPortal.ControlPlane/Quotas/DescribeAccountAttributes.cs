using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Quotas;

/// <summary>What ECS tells of an account in a region (SPEC 3.3). Attributes of what this installation does not have are answered without values.</summary>
public sealed record DescribeAccountAttributes(string RegionId) : IOperation<DescribeAccountAttributesResult>
{
    /// <summary>All where not given.</summary>
    public IReadOnlyList<string>? AttributeName { get; init; }

    public string? ZoneId { get; init; }
}

public sealed record DescribeAccountAttributesResult(IReadOnlyList<AccountAttributeItem> AccountAttributeItems);

public sealed record AccountAttributeItem(string AttributeName, IReadOnlyList<ValueItem> AttributeValues);

/// <summary>One value of an attribute; what does not belong to it is null.</summary>
public sealed record ValueItem(string Value)
{
    public string? ZoneId { get; init; }

    public string? DiskCategory { get; init; }

    public string? InstanceType { get; init; }

    public string? InstanceChargeType { get; init; }

    public int? Count { get; init; }

    public string? ExpiredTime { get; init; }
}

internal sealed class DescribeAccountAttributesHandler(PortalDb db, PortalOptions options) : IHandler<DescribeAccountAttributes, DescribeAccountAttributesResult>
{
    private const string NetworkType = "instance-network-type";
    private const string RealName = "real-name-authentication";
    private const string UsedDiskCapacity = "used-postpaid-yundisk-capacity";

    private static readonly string[] Names =
    [
        NetworkType, "max-security-groups", "max-elastic-network-interfaces", "max-postpaid-instance-vcpu-count", "max-spot-instance-vcpu-count",
        "used-postpaid-instance-vcpu-count", "used-spot-instance-vcpu-count", "max-postpaid-yundisk-capacity", UsedDiskCapacity, "max-dedicated-hosts",
        "supported-postpaid-instance-types", "max-axt-command-count", "max-axt-invocation-daily", RealName, "max-cloud-assistant-activation-count",
    ];

    public async Task<DescribeAccountAttributesResult> RunAsync(DescribeAccountAttributes request, Caller caller, CancellationToken cancel)
    {
        var region = options.Region(request.RegionId);
        if (request.ZoneId is { Length: > 0 } zone && !region.Zones.Contains(zone)) throw new OperationException(RegionErrors.ZoneNotFound, nameof(request.ZoneId));
        var asked = request.AttributeName is { Count: > 0 } names ? names : Names;
        if (asked.Except(Names, StringComparer.Ordinal).FirstOrDefault() is { } unknown) throw new OperationException(OperationErrors.Invalid(unknown, string.Join(", ", Names)) with { Code = "Invalid.Parameter", HttpStatus = 403 }, nameof(request.AttributeName));
        var items = new List<AccountAttributeItem>();
        foreach (var name in asked.Distinct(StringComparer.Ordinal)) items.Add(new(name, await ValuesAsync(name, request, caller, cancel)));
        return new(items);
    }

    private async Task<IReadOnlyList<ValueItem>> ValuesAsync(string name, DescribeAccountAttributes request, Caller caller, CancellationToken cancel) => name switch
    {
        NetworkType => [new("vpc")],
        RealName => [new("yes")], // nobody is in an account whom an owner or administrator did not let in
        UsedDiskCapacity => await UsedCapacityAsync(request, caller, cancel),
        _ => [],
    };

    private async Task<IReadOnlyList<ValueItem>> UsedCapacityAsync(DescribeAccountAttributes request, Caller caller, CancellationToken cancel)
    {
        var disks = db.Disks.OwnedBy(caller).Where(disk => disk.RegionId == request.RegionId);
        if (request.ZoneId is { Length: > 0 } zone) disks = disks.Where(disk => disk.ZoneId == zone);
        var used = await disks.GroupBy(disk => new { disk.ZoneId, disk.Category }).Select(group => new { group.Key, Size = group.Sum(disk => disk.SizeGiB), Count = group.Count() }).ToListAsync(cancel);
        return [.. used.OrderBy(each => each.Key.ZoneId, StringComparer.Ordinal).ThenBy(each => each.Key.Category, StringComparer.Ordinal).Select(each =>
            new ValueItem(each.Size.ToString(System.Globalization.CultureInfo.InvariantCulture)) { ZoneId = each.Key.ZoneId, DiskCategory = each.Key.Category, Count = each.Count })];
    }
}
