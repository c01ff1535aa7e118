using System.Globalization;
using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine.Crypto;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.ControlPlane.Stores;

/// <summary>Gives an account the snapshots of a region's repository that no account has. Doing it again adopts what has come since.</summary>
/// <param name="RegionId">The region.</param>
/// <param name="AccountId">Who gets them.</param>
[PortalOnly]
public sealed record AdoptSnapshots(string RegionId, string AccountId) : IOperation<StoreCheckStarted>;

internal sealed class AdoptSnapshotsHandler(PortalDb db, PortalOptions options, StoreChecks checks) : IHandler<AdoptSnapshots, StoreCheckStarted>
{
    public async Task<StoreCheckStarted> RunAsync(AdoptSnapshots request, Caller caller, CancellationToken cancel)
    {
        var region = options.Region(request.RegionId);
        if (!await db.Accounts.AnyAsync(account => account.Id == request.AccountId, cancel)) throw new OperationException(StoreErrors.AccountNotFound, nameof(request.AccountId));
        return checks.Add(JobKind.AdoptSnapshots, region.RegionId, accountId: request.AccountId);
    }
}

/// <summary>The bucket is listed before the write begins: there may be a hundred thousand snapshots in it. What became known meanwhile is left out.</summary>
internal sealed class AdoptSnapshotsWork(PortalDb db, PortalOptions options, RegionRepositories repositories, ResourceIds ids, TimeProvider time) : StoreWork(db, time)
{
    /// <summary>No disk has a body of this name: what an adopted snapshot's disk wrote since is not known, so none is compared with it.</summary>
    private const string Body = "adopted";

    protected override async Task<StoreResult> RunAsync(StoreCheck check, JobProgress progress, CancellationToken cancel)
    {
        var (region, accountId, repository) = (options.Region(check.StoreId), check.AccountId!, repositories[check.StoreId]);
        var (unknown, damage) = await DescribeUnknownSnapshotsHandler.ListAsync(Db, repository, cancel);
        var keys = new List<WrappedKey>();
        foreach (var keyId in unknown.Select(snapshot => snapshot.KeyId).OfType<Guid>().Distinct())
        {
            if (await repository.FindKeyAsync(keyId, cancel) is { } key) keys.Add(key);
        }

        await using var write = await Db.BeginWriteAsync(cancel);
        var known = await Db.Snapshots.Select(snapshot => snapshot.Id).ToHashSetAsync(StringComparer.Ordinal, cancel);
        unknown.RemoveAll(snapshot => known.Contains(snapshot.SnapshotId));
        foreach (var key in keys) await AdoptKeyAsync(key, accountId, cancel);
        var chains = unknown.Select(snapshot => snapshot.DiskId).Distinct(StringComparer.Ordinal).ToDictionary(diskId => diskId, _ => ids.New("sl"), StringComparer.Ordinal);
        Db.Snapshots.AddRange(unknown.Select(stored => RowOf(stored, region, accountId, chains[stored.DiskId])));
        await write.CommitAsync();

        List<string> findings = [string.Create(CultureInfo.InvariantCulture, $"{unknown.Count} snapshots of {chains.Count} disks were adopted.")];
        if (damage is not null) findings.Add(damage);
        return new(damage is null, findings);
    }

    /// <summary>As it is, also where its key-encryption key is not configured: it may be later.</summary>
    private async Task AdoptKeyAsync(WrappedKey key, string accountId, CancellationToken cancel)
    {
        if (await Db.DiskKeys.AnyAsync(each => each.Id == key.KeyId, cancel)) return;
        Db.DiskKeys.Add(new() { Id = key.KeyId, AccountId = accountId, Wrapped = key.Encode(), KekId = key.KekId, CreatedAt = Time.GetUtcNow() });
    }

    private Snapshot RowOf(StoredSnapshotInfo stored, RegionOptions region, string accountId, string linkId) => new()
    {
        Id = stored.SnapshotId,
        AccountId = accountId,
        RegionId = region.RegionId,
        ZoneId = region.Zones[0],
        Name = SnapshotLabels.NameOf(stored),
        Description = "",
        SourceDiskId = stored.DiskId,
        SourceDiskCategory = SnapshotLabels.CategoryOf(stored),
        SourceDiskSizeGiB = (int)((stored.LengthBytes + (1L << 30) - 1) >> 30),
        LinkId = linkId,
        IsLocal = false,
        Status = SnapshotStatus.Accomplished,
        CreatedAt = SnapshotLabels.CreatedOf(stored),
        ModifiedAt = Time.GetUtcNow(),
        RetentionDays = null,
        Body = Body,
        Epoch = 0,
        Lineage = default,
        IsFrozen = false,
        StoredBytes = stored.StoredBytes,
        FullBytes = stored.FullBytes,
        IsFull = stored.IsFull,
        KeyId = stored.KeyId,
    };
}
