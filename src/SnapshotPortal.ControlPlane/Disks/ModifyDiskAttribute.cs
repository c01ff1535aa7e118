using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Changes what people call a disk; null leaves a member as it is.</summary>
public sealed record ModifyDiskAttribute(string DiskId) : IOperation<Done>
{
    public string? DiskName { get; init; }

    public string? Description { get; init; }

    public bool? DeleteAutoSnapshot { get; init; }

    public bool? DeleteWithInstance { get; init; }
}
