namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>A size of instances, as ECS describes it.</summary>
/// <param name="InstanceTypeId">As <c>ecs.g7.large</c>.</param>
/// <param name="InstanceTypeFamily">As <c>ecs.g7</c>.</param>
/// <param name="CpuCoreCount">Virtual processors.</param>
/// <param name="MemorySize">In GiB.</param>
/// <param name="DiskQuantity">How many disks it can have, the system disk included.</param>
/// <param name="CpuArchitecture"><c>X86</c> or <c>ARM</c>.</param>
public sealed record InstanceTypeInfo(string InstanceTypeId, string InstanceTypeFamily, int CpuCoreCount, double MemorySize, int DiskQuantity, string CpuArchitecture);

/// <summary>
/// The types of instances. With the external runtime a type says what the user's machine is; it bounds the number of disks and nothing else.
/// </summary>
internal static class InstanceTypes
{
    private static readonly (string Suffix, int Cores)[] Sizes = [("large", 2), ("xlarge", 4), ("2xlarge", 8), ("4xlarge", 16), ("8xlarge", 32)];

    public static readonly IReadOnlyList<InstanceTypeInfo> All =
    [
        new("ecs.t6-c1m1.large", "ecs.t6", 2, 2, 17, "X86"),
        .. Family("ecs.c7", memoryPerCore: 2, "X86"),
        .. Family("ecs.g7", memoryPerCore: 4, "X86"),
        .. Family("ecs.r7", memoryPerCore: 8, "X86"),
        .. Family("ecs.g8y", memoryPerCore: 4, "ARM"),
    ];

    public static InstanceTypeInfo? Find(string? id) => All.FirstOrDefault(type => type.InstanceTypeId == id);

    private static IEnumerable<InstanceTypeInfo> Family(string family, int memoryPerCore, string architecture)
        => Sizes.Select(size => new InstanceTypeInfo($"{family}.{size.Suffix}", family, size.Cores, size.Cores * memoryPerCore, 17, architecture));
}
