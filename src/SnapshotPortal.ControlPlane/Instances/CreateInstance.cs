using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>Makes one instance with its disks from an image; it is not started.</summary>
public sealed record CreateInstance(string RegionId, string InstanceType) : IOperation<CreateInstanceResult>, IRepeatableOperation
{
    /// <summary>The region's first where not given.</summary>
    public string? ZoneId { get; init; }

    public string? ImageId { get; init; }

    /// <summary>Instead of <see cref="ImageId"/>: the newest available image of this family.</summary>
    public string? ImageFamily { get; init; }

    public string? InstanceName { get; init; }

    public string? HostName { get; init; }

    public string? Description { get; init; }

    public bool DeletionProtection { get; init; }

    public SystemDiskRequest? SystemDisk { get; init; }

    public IReadOnlyList<DataDiskRequest>? DataDisk { get; init; }

    public IReadOnlyList<Tag>? Tag { get; init; }

    public bool DryRun { get; init; }

    public string? ClientToken { get; init; }
}

public sealed record CreateInstanceResult(string InstanceId);

internal sealed class CreateInstanceHandler(NewInstances instances) : IHandler<CreateInstance, CreateInstanceResult>
{
    public async Task<CreateInstanceResult> RunAsync(CreateInstance request, Caller caller, CancellationToken cancel)
    {
        var plan = await instances.PlanAsync(new RunInstances(request.RegionId)
        {
            InstanceType = request.InstanceType,
            ZoneId = request.ZoneId,
            ImageId = request.ImageId,
            ImageFamily = request.ImageFamily,
            HostName = request.HostName,
            Description = request.Description,
            DeletionProtection = request.DeletionProtection,
            SystemDisk = request.SystemDisk,
            DataDisk = request.DataDisk,
            Tag = request.Tag,
        }, caller, cancel);
        var names = InstanceNames.For(request.InstanceName, 1, uniqueSuffix: false);
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        return new((await instances.AddAsync(plan, names, caller, cancel)).Single().Id);
    }
}
