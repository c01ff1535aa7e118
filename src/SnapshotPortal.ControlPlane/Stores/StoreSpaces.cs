using System.Collections.Concurrent;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.ControlPlane.Stores;

/// <summary>How full stores are. Measured at most every few seconds, whoever asks how often.</summary>
internal sealed class StoreSpaces(ZonePools pools, RegionRepositories repositories, IFileSystem files, TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(10), Patience = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, (long At, StoreSpace Space)> known = new(StringComparer.Ordinal);

    public Task<StoreSpace> OfPoolAsync(string zoneId, string directory) => GetAsync($"pool {zoneId}", () => Task.FromResult(
        new StoreSpace(pools[zoneId].AllocatedBytes, 0, files.FreeBytes(directory), pools[zoneId].FenceReason)));

    public Task<StoreSpace> OfRepositoryAsync(string regionId, RepositoryPlace place) => GetAsync($"repository {regionId}", async () =>
    {
        using var patience = new CancellationTokenSource(Patience, time);
        try
        {
            var size = await repositories[regionId].MeasureAsync(patience.Token);
            return new StoreSpace(size.Bytes, size.Packs, place.Directory is { } directory ? files.FreeBytes(directory) : null, null);
        }
        catch (EngineException exception)
        {
            return new StoreSpace(0, 0, null, exception.Message);
        }
        catch (OperationCanceledException)
        {
            return new StoreSpace(0, 0, null, $"The store does not answer within {Patience.TotalSeconds:0} seconds.");
        }
    });

    private async Task<StoreSpace> GetAsync(string store, Func<Task<StoreSpace>> measure)
    {
        if (known.TryGetValue(store, out var last) && time.GetElapsedTime(last.At) < Fresh) return last.Space;
        var space = await measure();
        known[store] = (time.GetTimestamp(), space);
        return space;
    }
}

/// <summary>How full a store is.</summary>
/// <param name="Bytes">What it takes up.</param>
/// <param name="Packs">In how many packs, of a repository.</param>
/// <param name="FreeBytes">What its file system has left; null of a bucket.</param>
/// <param name="Fault">Why it cannot be used; null where it can.</param>
internal readonly record struct StoreSpace(long Bytes, int Packs, long? FreeBytes, string? Fault);
