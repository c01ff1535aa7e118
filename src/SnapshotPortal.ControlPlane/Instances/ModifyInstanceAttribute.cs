using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>Changes what people call an instance and whether it is protected; null leaves a member as it is.</summary>
public sealed record ModifyInstanceAttribute(string InstanceId) : IOperation<Done>
{
    public string? InstanceName { get; init; }

    public string? Description { get; init; }

    public string? HostName { get; init; }

    public bool? DeletionProtection { get; init; }
}

internal sealed class ModifyInstanceAttributeHandler(PortalDb db) : IHandler<ModifyInstanceAttribute, Done>
{
    public async Task<Done> RunAsync(ModifyInstanceAttribute request, Caller caller, CancellationToken cancel)
    {
        InstanceRules.RequireName(request.InstanceName);
        InstanceRules.RequireDescription(request.Description);
        InstanceRules.RequireHostName(request.HostName);
        var instance = await db.Instances.GetAsync(caller, request.InstanceId, cancel);
        instance.Name = request.InstanceName ?? instance.Name;
        instance.Description = request.Description ?? instance.Description;
        instance.HostName = request.HostName ?? instance.HostName;
        instance.DeletionProtection = request.DeletionProtection ?? instance.DeletionProtection;
        return Done.Instance;
    }
}
