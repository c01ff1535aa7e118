using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>What several operations on instances check alike.</summary>
internal static partial class InstanceRules
{
    private const int IdsMax = 100;

    public static void RequireName(string? name)
    {
        if (name is { Length: > 0 } && !Names.IsResourceName(name)) throw new OperationException(InstanceErrors.NameMalformed, "InstanceName");
    }

    public static void RequireDescription(string? description)
    {
        if (description is { Length: > 0 } && !Names.IsDescription(description)) throw new OperationException(InstanceErrors.DescriptionMalformed, "Description");
    }

    public static void RequireHostName(string? hostName)
    {
        if (hostName is { Length: > 0 } && !HostName().IsMatch(hostName)) throw new OperationException(InstanceErrors.HostNameMalformed, "HostName");
    }

    public static void RequireStoppedMode(string? mode)
    {
        if (mode is { Length: > 0 } and not (StoppedModes.KeepCharging or StoppedModes.StopCharging)) throw new OperationException(InstanceErrors.StoppedModeUnknown, "StoppedMode");
    }

    /// <summary>All of those instances, in the order of the ids; one that is missing refuses all.</summary>
    public static async Task<List<Instance>> FindAllAsync(this PortalDb db, PortalOptions options, string regionId, IReadOnlyList<string> ids, Caller caller, CancellationToken cancel)
    {
        var region = options.Region(regionId);
        if (ids.Count == 0) throw new OperationException(InstanceErrors.NoIds, "InstanceId");
        if (ids.Count > IdsMax) throw new OperationException(InstanceErrors.TooManyIds, "InstanceId");
        var found = await db.Instances.OwnedBy(caller).Where(instance => instance.RegionId == region.RegionId && ids.Contains(instance.Id)).ToDictionaryAsync(instance => instance.Id, cancel);
        return [.. ids.Distinct(StringComparer.Ordinal).Select(id => found.GetValueOrDefault(id) ?? throw new OperationException(InstanceErrors.NotFound, "InstanceId"))];
    }

    /// <summary>The disk may be changed below its file system: it is detached, or its instance is stopped.</summary>
    public static async Task RequireStoppedAsync(this PortalDb db, Disk disk, CancellationToken cancel)
    {
        if (disk.InstanceId is { } id && await db.Instances.AnyAsync(instance => instance.Id == id && instance.Status != InstanceStatus.Stopped, cancel))
            throw new OperationException(InstanceErrors.NotStopped, "DiskId");
    }

    [GeneratedRegex(@"^(?=.{2,64}\z)[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?\z", RegexOptions.None, 1000)]
    private static partial Regex HostName();
}
