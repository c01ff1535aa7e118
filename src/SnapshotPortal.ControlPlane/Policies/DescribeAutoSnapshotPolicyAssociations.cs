using System.Buffers.Text;
using System.Text;
using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>Which policy is applied to which disk.</summary>
public sealed record DescribeAutoSnapshotPolicyAssociations : IOperation<DescribeAutoSnapshotPolicyAssociationsResult>
{
    /// <summary>Mandatory in the API; pages leave it out to list all regions.</summary>
    public string? RegionId { get; init; }

    public string? AutoSnapshotPolicyId { get; init; }

    public string? DiskId { get; init; }

    /// <summary>10–100.</summary>
    public int? MaxResults { get; init; }

    public string? NextToken { get; init; }
}

public sealed record DescribeAutoSnapshotPolicyAssociationsResult(string? NextToken, IReadOnlyList<AutoSnapshotPolicyAssociation> AutoSnapshotPolicyAssociations);

/// <summary>A policy and a disk that it is applied to.</summary>
public sealed record AutoSnapshotPolicyAssociation(string AutoSnapshotPolicyId, string DiskId);

internal sealed class DescribeAutoSnapshotPolicyAssociationsHandler(PortalDb db, PortalOptions options)
    : IHandler<DescribeAutoSnapshotPolicyAssociations, DescribeAutoSnapshotPolicyAssociationsResult>
{
    public async Task<DescribeAutoSnapshotPolicyAssociationsResult> RunAsync(DescribeAutoSnapshotPolicyAssociations request, Caller caller, CancellationToken cancel)
    {
        var pairs = db.PolicyDisks.AsNoTracking().Where(each => each.AccountId == caller.AccountId && db.Disks.Any(disk => disk.Id == each.DiskId && !disk.IsReleased));
        if (request.RegionId is { Length: > 0 } regionId)
        {
            var region = options.Region(regionId);
            pairs = pairs.Where(each => db.Policies.Any(policy => policy.Id == each.PolicyId && policy.RegionId == region.RegionId));
        }

        if (request.AutoSnapshotPolicyId is { Length: > 0 } policyId) pairs = pairs.Where(each => each.PolicyId == policyId);
        if (request.DiskId is { Length: > 0 } diskId) pairs = pairs.Where(each => each.DiskId == diskId);
        if (request.NextToken is { Length: > 0 } token)
        {
            var (policy, disk) = Read(token);
            pairs = pairs.Where(each => each.PolicyId.CompareTo(policy) > 0 || (each.PolicyId == policy && each.DiskId.CompareTo(disk) > 0));
        }

        var count = Math.Clamp(request.MaxResults ?? 10, 10, 100);
        var found = await pairs.OrderBy(each => each.PolicyId).ThenBy(each => each.DiskId).Take(count + 1)
            .Select(each => new AutoSnapshotPolicyAssociation(each.PolicyId, each.DiskId)).ToListAsync(cancel);
        if (found.Count <= count) return new(null, found);
        found.RemoveAt(count);
        return new(Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{found[^1].AutoSnapshotPolicyId} {found[^1].DiskId}")), found);
    }

    /// <summary>A token is the last pair that was told: it gives nothing that the caller could not ask for.</summary>
    private static (string PolicyId, string DiskId) Read(string token)
        => Base64Url.IsValid(token) && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split(' ') is [var policyId, var diskId]
            ? (policyId, diskId)
            : throw new OperationException(OperationErrors.NextTokenInvalid, nameof(DescribeAutoSnapshotPolicyAssociations.NextToken));
}
