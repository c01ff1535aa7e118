using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.ControlPlane.Tests.Disks;

/// <summary>What disks may do in a second: by category, level and size (SPEC 2.3), and changed while they are in use.</summary>
public sealed class ModifyDiskSpecTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task<string> CreateAsync(string category, string? level, int size, int? iops = null)
        => (await portal.RunAsync(new CreateDisk("local-1", "local-1a") { DiskCategory = category, PerformanceLevel = level, Size = size, ProvisionedIops = iops })).DiskId;

    private RateLimits LimitsOf(string diskId) => portal.Services.GetRequiredService<ZonePools>()["local-1a"].FindDisk(diskId)!.Throttle.Limits;

    [Theory]
    [InlineData("cloud_essd", "PL0", 1, 1812, 100)]
    [InlineData("cloud_essd", "PL0", 1000, 10_000, 180)]
    [InlineData("cloud_essd", "PL1", 20, 2800, 130)]
    [InlineData("cloud_essd", "PL1", 2000, 50_000, 350)]
    [InlineData("cloud_essd", "PL2", 461, 24_850, 350)]
    [InlineData("cloud_essd", "PL3", 65536, 1_000_000, 4000)]
    [InlineData("cloud_auto", null, 20, 3000, 0)]
    [InlineData("cloud_ssd", null, 100, 4800, 170)]
    [InlineData("cloud_efficiency", null, 40, 2120, 106)]
    [InlineData("cloud", null, 5, 0, 0)]
    public async Task Disk_is_held_to_the_formula_of_its_category(string category, string? level, int size, int iops, int megabytes)
    {
        var diskId = await CreateAsync(category, level, size);
        var disk = await portal.DiskAsync(diskId);
        Assert.Equal((iops, iops, iops, megabytes, true), (disk.IOPS, disk.IOPSRead, disk.IOPSWrite, disk.ThroughputWrite, disk.IsLimited));
        Assert.Equal(new RateLimits(iops == 0 ? null : iops, megabytes == 0 ? null : (long)megabytes << 20), LimitsOf(diskId));
    }

    [Fact]
    public async Task Changed_category_holds_at_once_and_after_a_restart()
    {
        var diskId = await CreateAsync("cloud_essd", "PL1", 500);
        var task = await portal.RunAsync(new ModifyDiskSpec(diskId) { PerformanceLevel = "PL2" });
        Assert.Equal(JobStatus.Finished, (await portal.EndedAsync(task.TaskId)).Status);
        var after = new RateLimits(26_800, 370L << 20);
        Assert.Equal(after, LimitsOf(diskId));

        var dataPath = portal.DataPath;
        await portal.StopAsync();
        portal = await TestPortal.StartAsync(dataPath);
        Assert.Equal(("cloud_essd", "PL2", 26_800), (await portal.DiskAsync(diskId)) is var disk ? (disk.Category, disk.PerformanceLevel, disk.IOPS) : default);
        Assert.Equal(after, LimitsOf(diskId));
    }

    [Fact]
    public async Task AutoPL_disk_is_given_more_requests_within_bounds()
    {
        var diskId = await CreateAsync("cloud_auto", null, 20, iops: 1000);
        Assert.Equal((4000, 1000), (await portal.DiskAsync(diskId)) is var disk ? (disk.IOPS, disk.ProvisionedIops) : default);
        var refusal = await portal.RefusedAsync(new ModifyDiskSpec(diskId) { ProvisionedIops = 17_001 });
        Assert.Equal(("InvalidProvisionedIops.LimitExceed", "ProvisionedIops"), (refusal.Error.Code, refusal.Parameter));
        await portal.EndedAsync((await portal.RunAsync(new ModifyDiskSpec(diskId) { ProvisionedIops = 17_000 })).TaskId);
        Assert.Equal(20_000, LimitsOf(diskId).OperationsPerSecond);
    }

    [Fact]
    public async Task What_breaks_a_rule_is_refused_and_changes_nothing()
    {
        var diskId = await CreateAsync("cloud_essd", "PL1", 20);
        await RefusedAsync(new(diskId), "NoChangeInDiskCategoryAndPerformanceLevel");
        await RefusedAsync(new(diskId) { PerformanceLevel = "PL9" }, "InvalidPerformanceLevel.Malformed");
        await RefusedAsync(new(diskId) { PerformanceLevel = "PL2" }, "OperationDenied.PerformanceLevelNotMatch");
        await RefusedAsync(new(diskId) { DiskCategory = "cloud" }, "InvalidDiskCategory.ValueNotSupported");
        await RefusedAsync(new(diskId) { DiskCategory = "cloud_ssd", PerformanceLevel = "PL0" }, "InvalidPerformanceLevelParam.Mismatch");
        await RefusedAsync(new(diskId) { ProvisionedIops = 1 }, "ProvisionedIopsForDiskCategoryUnsupported");
        await RefusedAsync(new(diskId) { DiskCategory = "cloud_ssd", DryRun = true }, "DryRunOperation");
        await RefusedAsync(new("d-unknown") { DiskCategory = "cloud_ssd" }, "InvalidDiskId.NotFound");
        Assert.Equal("cloud_essd", (await portal.DiskAsync(diskId)).Category);

        async Task RefusedAsync(ModifyDiskSpec request, string code) => Assert.Equal(code, (await portal.RefusedAsync(request)).Error.Code);
    }

    [Fact]
    public async Task Disk_of_which_a_snapshot_is_being_made_keeps_its_category()
    {
        var diskId = await CreateAsync("cloud_essd", "PL1", 20);
        await portal.UploadAsync(diskId, Images.Random(1, 1 << 20));
        portal.Files.HoldAfter(0);
        var snapshot = await portal.RunAsync(new CreateSnapshot(diskId));
        await portal.Files.Held;
        Assert.Equal("DiskCreatingSnapshot", (await portal.RefusedAsync(new ModifyDiskSpec(diskId) { DiskCategory = "cloud_ssd" })).Error.Code);
        portal.Files.Release();
        await portal.AccomplishedAsync(snapshot.SnapshotId);
        await portal.RunAsync(new ModifyDiskSpec(diskId) { DiskCategory = "cloud_ssd" });
    }
}

/// <summary>An installation that does not hold disks to anything.</summary>
public sealed class UnlimitedDisksTests
{
    [Fact]
    public async Task Configuration_turns_the_limits_off()
    {
        await using var portal = await TestPortal.StartAsync(settings: new() { ["Portal:Disks:Limits"] = "false" });
        var diskId = await portal.CreateDiskAsync();
        Assert.Equal(RateLimits.None, portal.Services.GetRequiredService<ZonePools>()["local-1a"].FindDisk(diskId)!.Throttle.Limits);
        Assert.Equal((1812, false), (await portal.DiskAsync(diskId)) is var disk ? (disk.IOPS, disk.IsLimited) : default);
    }
}
