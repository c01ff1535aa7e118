using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>The repositories of the regions: the only door to stored snapshots. Open from start to stop.</summary>
internal sealed class RegionRepositories(PortalOptions options, DiskKeys keys, IFileSystem files, TimeProvider time) : IDisposable
{
    private readonly Dictionary<string, Repository> repositories = new(StringComparer.Ordinal);
    private readonly List<IDisposable> stores = [];
    private readonly SemaphoreSlim sweeping = new(1, 1);

    /// <summary>How fast uploads add to repositories, all together.</summary>
    private readonly ByteRate uploadRate = new(time) { BytesPerSecond = options.UploadBytesPerSecond };

    /// <summary>How fast new disks are filled from snapshots, all together.</summary>
    public ByteRate HydrationRate { get; } = new(time) { BytesPerSecond = options.HydrationBytesPerSecond };

    public Repository this[string regionId] => repositories.TryGetValue(regionId, out var repository)
        ? repository
        : throw new EngineException(EngineFault.Missing, $"The region {regionId} is not in the configuration (Portal:Regions) any more; add it again and start the portal.");

    public async Task OpenAsync(CancellationToken cancel)
    {
        foreach (var region in options.Regions)
        {
            var place = PlaceOf(region);
            try
            {
                await OpenAsync(region.RegionId, place, cancel);
            }
            catch (EngineException exception)
            {
                throw new PortalStartException($"The repository of the region {region.RegionId}, {place}, cannot be used: {exception.Message} (Portal:Regions:{options.Regions.TakeWhile(each => each != region).Count()}:Repository)", exception);
            }
        }
    }

    /// <summary>Where the repository of a region is.</summary>
    public RepositoryPlace PlaceOf(RegionOptions region) => region.Repository ?? new(Path.Combine(options.DataPath, "repositories", region.RegionId), null);

    private async Task OpenAsync(string regionId, RepositoryPlace place, CancellationToken cancel)
    {
        var (store, held) = await place.OpenAsync(files, time, cancel);
        stores.Add(held);
        repositories.Add(regionId, await Repository.OpenAsync(store, new()
        {
            Time = time,
            Keys = keys.Ring,
            ReadBackShare = options.ReadBackShare,
            UploadRate = uploadRate,
            IndexFiles = files,
            IndexDirectory = Path.Combine(options.DataPath, "indexes", regionId),
        }, cancel));
    }

    /// <summary>A stored snapshot as the base of disks.</summary>
    public SnapshotBase BaseOf(Snapshot snapshot) => new(this[snapshot.RegionId], snapshot.Id, snapshot.LengthBytes);

    /// <summary>Gives back what no stored snapshot needs any more; one sweep at a time, beside uploads and restores. Returns what was done.</summary>
    public async Task<SweepPlan> SweepAsync(string regionId, CancellationToken cancel)
    {
        await sweeping.WaitAsync(cancel);
        try
        {
            var repository = this[regionId];
            return await repository.ExecuteAsync(await repository.PlanSweepAsync(cancel), cancel);
        }
        finally
        {
            sweeping.Release();
        }
    }

    /// <summary>Removes a key that nothing has any more from all repositories: what it encrypted can never be read again. A sweep would do it, too, later.</summary>
    public async Task EraseKeyAsync(Guid keyId, CancellationToken cancel)
    {
        foreach (var repository in repositories.Values) await repository.EraseKeyAsync(keyId, cancel);
    }

    public void Dispose()
    {
        sweeping.Dispose();
        foreach (var repository in repositories.Values) repository.Dispose();
        repositories.Clear();
        foreach (var store in stores) store.Dispose();
        stores.Clear();
    }
}
