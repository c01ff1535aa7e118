using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.ControlPlane.Stores;

/// <summary>The snapshots in a region's repository that no account has: of a portal before this one, or backed up by other means.</summary>
[PortalOnly]
public sealed record DescribeUnknownSnapshots(string RegionId) : IOperation<DescribeUnknownSnapshotsResult>;

/// <summary>What there is.</summary>
/// <param name="Snapshots">Oldest first.</param>
/// <param name="Damage">Snapshots that cannot be listed because they are damaged; null where there are none.</param>
public sealed record DescribeUnknownSnapshotsResult(IReadOnlyList<UnknownSnapshotInfo> Snapshots, string? Damage);

public sealed record UnknownSnapshotInfo(string SnapshotId, string SnapshotName, string DiskId, long LengthBytes, long StoredBytes, bool Encrypted, DateTimeOffset CreationTime);

internal sealed class DescribeUnknownSnapshotsHandler(PortalDb db, PortalOptions options, RegionRepositories repositories) : IHandler<DescribeUnknownSnapshots, DescribeUnknownSnapshotsResult>
{
    public async Task<DescribeUnknownSnapshotsResult> RunAsync(DescribeUnknownSnapshots request, Caller caller, CancellationToken cancel)
    {
        var (unknown, damage) = await ListAsync(db, repositories[options.Region(request.RegionId).RegionId], cancel);
        return new([.. unknown.Select(Describe)], damage);
    }

    public static async Task<(List<StoredSnapshotInfo> Unknown, string? Damage)> ListAsync(PortalDb db, Repository repository, CancellationToken cancel)
    {
        // The bucket first: what is uploaded between the two has its row already.
        var stored = new List<StoredSnapshotInfo>();
        string? damage = null;
        try
        {
            await foreach (var snapshot in repository.ListAsync(cancel)) stored.Add(snapshot);
        }
        catch (EngineException exception) when (exception.Fault == EngineFault.Corrupt)
        {
            damage = exception.Message;
        }

        var known = await db.Snapshots.Select(snapshot => snapshot.Id).ToHashSetAsync(StringComparer.Ordinal, cancel);
        return ([.. stored.Where(snapshot => !known.Contains(snapshot.SnapshotId)).OrderBy(SnapshotLabels.CreatedOf).ThenBy(snapshot => snapshot.SnapshotId, StringComparer.Ordinal)], damage);
    }

    private static UnknownSnapshotInfo Describe(StoredSnapshotInfo stored) => new(
        stored.SnapshotId, SnapshotLabels.NameOf(stored), stored.DiskId, stored.LengthBytes, stored.StoredBytes, stored.KeyId is not null, SnapshotLabels.CreatedOf(stored));
}
