using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Metering;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Metering;

public sealed class HourMeterTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    private HourMeter Meter => portal.Services.GetRequiredService<HourMeter>();

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task Hour_is_metered_once_however_often_it_is_tried()
    {
        await SnapshotAsync(await FilledDiskAsync(1));
        await portal.IdleAsync();
        portal.Time.Shift = TimeSpan.FromHours(1);
        var counts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Meter.CatchUpAsync(default)));
        Assert.Equal(1, counts.Sum());
        Assert.Equal(0, await Meter.CatchUpAsync(default));
        Assert.Single((await ReadAllAsync(default)), reading => reading.AccountId == portal.Owner.AccountId);
    }

    [Fact]
    public async Task Missed_hours_are_caught_up_across_a_restart_with_what_is_there()
    {
        await SnapshotAsync(await FilledDiskAsync(1));
        await portal.IdleAsync();
        await portal.StopAsync();
        portal = await TestPortal.StartAsync(portal.DataPath);
        portal.Time.Shift = TimeSpan.FromHours(50);
        Assert.Equal(50, await Meter.CatchUpAsync(default));
        var own = (await ReadAllAsync(default)).Where(reading => reading.AccountId == portal.Owner.AccountId).ToList();
        Assert.Equal(50, own.Select(reading => reading.Hour).Distinct().Count());
        Assert.Single(own.Select(reading => reading.Bytes).Distinct());
    }

    [Fact]
    public async Task Hour_that_was_cut_short_leaves_nothing_and_is_metered_whole_afterwards()
    {
        await SnapshotAsync(await FilledDiskAsync(1));
        await portal.IdleAsync();
        portal.Time.Shift = TimeSpan.FromHours(1);
        using (var cut = new CancellationTokenSource())
        {
            // A write that stands in line when the cut comes: the hour is measured by then and not written.
            await using var scope = portal.Services.CreateAsyncScope();
            await using var write = await scope.ServiceProvider.GetRequiredService<PortalDb>().BeginWriteAsync(default);
            var metering = Meter.CatchUpAsync(cut.Token);
            await cut.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => metering);
        }

        Assert.Empty(await ReadAllAsync(default));
        Assert.Equal(1, await Meter.CatchUpAsync(default));
        Assert.NotEmpty(await ReadAllAsync(default));
    }

    [Fact]
    public async Task Normal_bytes_of_all_accounts_and_the_portals_own_are_what_the_stores_hold()
    {
        var stranger = await portal.AddStrangerAsync();
        var (one, other) = (await FilledDiskAsync(1), await FilledDiskAsync(2, stranger));
        await SnapshotAsync(one);
        await SnapshotAsync(other, stranger);
        await portal.UploadAsync(one, Images.Random(3, 300_000));
        var second = await SnapshotAsync(one);
        await SnapshotAsync(await FilledDiskAsync(1, stranger), stranger); // the same bytes as the first account's: stored once
        await AccomplishedAsync(stranger);
        await portal.IdleAsync();
        await AssertStoresAsync();

        await portal.RunAsync(new DeleteSnapshot(second));
        await portal.IdleAsync();
        await AssertStoresAsync();
    }

    [Fact]
    public async Task Shared_bytes_are_told_to_whoever_stored_them_first_and_pass_on_with_a_deletion()
    {
        var stranger = await portal.AddStrangerAsync();
        var first = await SnapshotAsync(await FilledDiskAsync(1));
        await portal.IdleAsync();
        await SnapshotAsync(await FilledDiskAsync(1, stranger), stranger);
        await AccomplishedAsync(stranger);
        var both = await MeasureAsync();
        Assert.True(Of(both, portal.Owner) > 500_000);
        Assert.True(Of(both, stranger) < 5_000);

        await portal.RunAsync(new DeleteSnapshot(first));
        await portal.IdleAsync();
        var one = await MeasureAsync();
        Assert.Equal(0, Of(one, portal.Owner));
        Assert.True(Of(one, stranger) > 500_000);
    }

    [Fact]
    public async Task Local_bytes_are_what_the_pool_gives_back_when_they_are_deleted()
    {
        var stranger = await portal.AddStrangerAsync();
        var (one, other) = (await FilledDiskAsync(1), await FilledDiskAsync(2, stranger));
        var snapshots = new List<(string Id, Caller Caller)>();
        for (var round = 0; round < 3; round++)
        {
            snapshots.Add((await LocalSnapshotAsync(one), portal.Owner));
            snapshots.Add((await LocalSnapshotAsync(other, stranger), stranger));
            await portal.UploadAsync(one, Images.Random(10 + round, 100_000 + round * 50_000));
            await UploadAsync(other, Images.Random(20 + round, 40_000), stranger);
        }

        var measured = await MeasureAsync();
        var sum = Of(measured, portal.Owner, MeterKind.Local) + Of(measured, stranger, MeterKind.Local);
        var before = Occupied();
        foreach (var (id, caller) in snapshots) await portal.RunAsync(new DeleteSnapshot(id), caller);
        await portal.IdleAsync();
        await portal.UntilAsync(() => Task.FromResult(portal.Services.GetRequiredService<ZonePools>()["local-1a"].Snapshots.Count), count => count == 0);
        Assert.Equal(before - Occupied(), sum);
        Assert.True(sum > 500_000);
        Assert.Equal(0, Of(await MeasureAsync(), portal.Owner, MeterKind.Local));

        long Occupied()
        {
            var space = portal.Services.GetRequiredService<ZonePools>()["local-1a"].MeasureSpace();
            return space.ContentBytes + space.MapBytes;
        }
    }

    private static long Of(IEnumerable<Measured> measured, Caller caller, MeterKind kind = MeterKind.Normal)
        => measured.Where(each => each.AccountId == caller.AccountId && each.Kind == kind).Sum(each => each.Bytes);

    private async Task AssertStoresAsync()
    {
        var measured = await MeasureAsync();
        foreach (var region in (string[])["local-1", "local-2"])
        {
            var stored = new DirectoryInfo(Path.Combine(portal.DataPath, "repositories", region)).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => !file.Name.EndsWith("lock", StringComparison.Ordinal)).Sum(file => file.Length);
            Assert.Equal(stored, measured.Where(each => each.RegionId == region && each.Kind == MeterKind.Normal).Sum(each => each.Bytes));
        }
    }

    private async Task<IReadOnlyList<Measured>> MeasureAsync()
    {
        await using var scope = portal.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<SnapshotMeter>().MeasureAsync(default);
    }

    private async Task<List<MeterReading>> ReadAllAsync(CancellationToken cancel)
    {
        await using var scope = portal.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<PortalDb>().MeterReadings.ToListAsync(cancel);
    }

    private async Task<string> FilledDiskAsync(int seed, Caller? caller = null)
    {
        var disk = (await portal.RunAsync(new CreateDisk("local-1", "local-1a") { DiskCategory = "cloud_essd", PerformanceLevel = "PL0", Size = 1 }, caller)).DiskId;
        await UploadAsync(disk, Images.Random(seed, 600_000), caller);
        return disk;
    }

    private async Task UploadAsync(string diskId, byte[] image, Caller? caller = null)
    {
        var upload = await portal.RunAsync(new CreateDiskUpload(diskId, image.Length), caller);
        await portal.RunAsync(new PutDiskUploadPart(upload.UploadId, 1, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(image)), image), caller);
        await portal.RunAsync(new CompleteDiskUpload(upload.UploadId), caller);
    }

    private async Task<string> SnapshotAsync(string diskId, Caller? caller = null) => (await portal.RunAsync(new CreateSnapshot(diskId), caller)).SnapshotId;

    private async Task<string> LocalSnapshotAsync(string diskId, Caller? caller = null) => (await portal.RunAsync(new CreateSnapshot(diskId) { Category = "Flash" }, caller)).SnapshotId;

    /// <summary>Until all snapshots of another account are accomplished.</summary>
    private async Task AccomplishedAsync(Caller caller)
    {
        var done = new TaskCompletionSource();
        using var watching = portal.Services.GetRequiredService<ChangeFeed>().Subscribe(caller.AccountId, async _ =>
        {
            if ((await portal.RunAsync(new DescribeSnapshots(), caller)).Snapshots.All(each => each.Status == SnapshotStatus.Accomplished)) done.TrySetResult();
        });
        if ((await portal.RunAsync(new DescribeSnapshots(), caller)).Snapshots.All(each => each.Status == SnapshotStatus.Accomplished)) return;
        await done.Task.WaitAsync(TimeSpan.FromMinutes(1));
    }
}
