using System.Globalization;
using System.Security.Cryptography;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.ControlPlane.Stores;

/// <summary>Looks for damage in a region's repository: of one snapshot, or of all that it holds.</summary>
[PortalOnly]
public sealed record VerifyRepository(string RegionId) : IOperation<StoreCheckStarted>
{
    public string? SnapshotId { get; init; }

    /// <summary>1–100: how much of the content is read. Manifests, and that all they name is there, are always looked at.</summary>
    public int Percent { get; init; } = 100;
}

internal sealed class VerifyRepositoryHandler(PortalOptions options, StoreChecks checks, RegionRepositories repositories, RandomNumberGenerator random) : IHandler<VerifyRepository, StoreCheckStarted>
{
    public async Task<StoreCheckStarted> RunAsync(VerifyRepository request, Caller caller, CancellationToken cancel)
    {
        var region = options.Region(request.RegionId);
        if (request.Percent is < 1 or > 100) throw new OperationException(OperationErrors.Invalid(nameof(request.Percent), "1–100"), nameof(request.Percent));
        if (request.SnapshotId is { Length: > 0 } id && (!StoreErrors.IsSnapshotId(id) || await repositories[region.RegionId].FindAsync(id, cancel) is null))
            throw new OperationException(StoreErrors.SnapshotNotStored, nameof(request.SnapshotId));

        // Each sample falls on other content, so that in time all of it is read.
        Span<byte> seed = stackalloc byte[sizeof(int)];
        random.GetBytes(seed);
        return checks.Add(JobKind.VerifyRepository, region.RegionId, string.IsNullOrEmpty(request.SnapshotId) ? null : request.SnapshotId, request.Percent / 100.0, BitConverter.ToInt32(seed));
    }
}

internal sealed class VerifyRepositoryWork(PortalDb db, RegionRepositories repositories, TimeProvider time) : StoreWork(db, time)
{
    protected override async Task<StoreResult> RunAsync(StoreCheck check, JobProgress progress, CancellationToken cancel)
    {
        var request = new VerifyRequest { SnapshotId = check.SnapshotId, Share = check.Share, Seed = check.Seed };
        var found = await repositories[check.StoreId].VerifyAsync(request, new Reporter<VerifyProgress>(now => progress.Report(now.DoneBytes, now.TotalBytes)), cancel);
        return new(found.IsSound,
        [
            .. found.Damages.Select(range => string.Create(CultureInfo.InvariantCulture, $"Snapshot {range.SnapshotId}: {range.LengthBytes} bytes from byte {range.OffsetBytes} on cannot be restored. {range.Reason}")),
            .. found.Objects.Select(damaged => $"Object {damaged.Name}: {damaged.Reason}"),
            .. found.KeyUnavailable.Select(id => $"Snapshot {id}: its key is not at hand, so only its objects were read."),
        ])
        {
            CheckedBytes = found.CheckedBytes,
            TotalBytes = found.TotalBytes,
        };
    }
}
