using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>The types of instances, the same in all regions. Filters are ANDed.</summary>
public sealed record DescribeInstanceTypes : IOperation<DescribeInstanceTypesResult>
{
    public IReadOnlyList<string>? InstanceTypes { get; init; }

    public string? InstanceTypeFamily { get; init; }

    public IReadOnlyList<string>? InstanceTypeFamilies { get; init; }

    public string? CpuArchitecture { get; init; }

    public int? MinimumCpuCoreCount { get; init; }

    public int? MaximumCpuCoreCount { get; init; }

    public int? MinimumMemorySize { get; init; }

    public int? MaximumMemorySize { get; init; }

    public int? MinimumDiskQuantity { get; init; }
}

public sealed record DescribeInstanceTypesResult(IReadOnlyList<InstanceTypeInfo> InstanceTypes);

internal sealed class DescribeInstanceTypesHandler : IHandler<DescribeInstanceTypes, DescribeInstanceTypesResult>
{
    public Task<DescribeInstanceTypesResult> RunAsync(DescribeInstanceTypes request, Caller caller, CancellationToken cancel)
        => Task.FromResult(new DescribeInstanceTypesResult([.. Instances.InstanceTypes.All.Where(type => Matches(type, request))]));

    private static bool Matches(InstanceTypeInfo type, DescribeInstanceTypes request)
        => (request.InstanceTypes is not { Count: > 0 } ids || ids.Contains(type.InstanceTypeId))
           && (string.IsNullOrEmpty(request.InstanceTypeFamily) || type.InstanceTypeFamily == request.InstanceTypeFamily)
           && (request.InstanceTypeFamilies is not { Count: > 0 } families || families.Contains(type.InstanceTypeFamily))
           && (string.IsNullOrEmpty(request.CpuArchitecture) || type.CpuArchitecture == request.CpuArchitecture)
           && type.CpuCoreCount >= (request.MinimumCpuCoreCount ?? 0) && type.CpuCoreCount <= (request.MaximumCpuCoreCount ?? int.MaxValue)
           && type.MemorySize >= (request.MinimumMemorySize ?? 0) && type.MemorySize <= (request.MaximumMemorySize ?? int.MaxValue)
           && type.DiskQuantity >= (request.MinimumDiskQuantity ?? 0);
}
