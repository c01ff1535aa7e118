using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>Makes instances with their disks from an image and starts them.</summary>
public sealed record RunInstances(string RegionId) : IOperation<RunInstancesResult>, IRepeatableOperation
{
    /// <summary>The region's first where not given.</summary>
    public string? ZoneId { get; init; }

    public string? ImageId { get; init; }

    /// <summary>Instead of <see cref="ImageId"/>: the newest available image of this family.</summary>
    public string? ImageFamily { get; init; }

    public string? InstanceType { get; init; }

    /// <summary>1–100; 1 where not given.</summary>
    public int? Amount { get; init; }

    public int? MinAmount { get; init; }

    /// <summary>May number several instances: <c>web[1,3]</c> gives <c>web001</c>, <c>web002</c>, …</summary>
    public string? InstanceName { get; init; }

    /// <summary>Numbers the names of several instances from 001 on, where they do not number themselves.</summary>
    public bool UniqueSuffix { get; init; }

    public string? HostName { get; init; }

    public string? Description { get; init; }

    public bool DeletionProtection { get; init; }

    public SystemDiskRequest? SystemDisk { get; init; }

    public IReadOnlyList<DataDiskRequest>? DataDisk { get; init; }

    public IReadOnlyList<Tag>? Tag { get; init; }

    public bool DryRun { get; init; }

    public string? ClientToken { get; init; }
}

/// <summary>The system disk of a new instance.</summary>
public sealed record SystemDiskRequest
{
    /// <summary>In GiB, as text; the image's size, at least 40, where not given.</summary>
    public string? Size { get; init; }

    /// <summary><c>cloud_essd</c> where not given.</summary>
    public string? Category { get; init; }

    public string? PerformanceLevel { get; init; }

    public string? DiskName { get; init; }

    public string? Description { get; init; }
}

/// <summary>A data disk of a new instance, besides those of the image or, with its device, instead of one of them.</summary>
public sealed record DataDiskRequest
{
    /// <summary>In GiB; where a snapshot is given, its size by default.</summary>
    public int? Size { get; init; }

    /// <summary><c>cloud_essd</c> where not given.</summary>
    public string? Category { get; init; }

    public string? PerformanceLevel { get; init; }

    public string? SnapshotId { get; init; }

    public string? DiskName { get; init; }

    public string? Description { get; init; }

    /// <summary>As <c>/dev/xvdb</c>; the first free one where not given.</summary>
    public string? Device { get; init; }

    /// <summary>Whether the disk goes with the instance; true where not given (SPEC P21).</summary>
    public bool? DeleteWithInstance { get; init; }
}

public sealed record RunInstancesResult(IReadOnlyList<string> InstanceIdSets);

internal sealed class RunInstancesHandler(NewInstances instances, InstancePower power) : IHandler<RunInstances, RunInstancesResult>
{
    private const int AmountMax = 100;

    public async Task<RunInstancesResult> RunAsync(RunInstances request, Caller caller, CancellationToken cancel)
    {
        var amount = request.Amount ?? 1;
        if (amount is < 1 or > AmountMax) throw new OperationException(InstanceErrors.AmountMalformed, nameof(request.Amount));
        if (request.MinAmount is { } min && (min < 1 || min > amount)) throw new OperationException(InstanceErrors.MinAmountMalformed, nameof(request.MinAmount));
        var plan = await instances.PlanAsync(request, caller, cancel);
        var names = InstanceNames.For(request.InstanceName, amount, request.UniqueSuffix);
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        var made = await instances.AddAsync(plan, names, caller, cancel);
        made.ForEach(power.StartNew);
        return new(made.ConvertAll(instance => instance.Id));
    }
}
