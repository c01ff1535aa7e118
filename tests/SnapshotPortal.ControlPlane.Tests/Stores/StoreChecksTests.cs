using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.ControlPlane.Stores;

namespace SnapshotPortal.ControlPlane.Tests.Stores;

/// <summary>What administrators do about repositories and pools, and that they see later what came of it.</summary>
public sealed class StoreChecksTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync(settings: KeysOf(1));

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private static Dictionary<string, string?> KeysOf(params int[] numbers)
        => new() { ["Portal:Encryption:Keys"] = string.Join(';', numbers.Select(number => $"kek-{number} {Convert.ToBase64String(Images.Random(number, 32))}")) };

    private string[] Packs() => Directory.GetFiles(Path.Combine(portal.DataPath, "repositories", "local-1", "packs"), "*", SearchOption.AllDirectories);

    private async Task<(string DiskId, string SnapshotId)> SnapshotAsync(int seed = 1, bool encrypted = false)
    {
        var diskId = (await portal.RunAsync(new CreateDisk("local-1", "local-1a") { DiskCategory = "cloud_essd", PerformanceLevel = "PL0", Size = 1, Encrypted = encrypted })).DiskId;
        await portal.UploadAsync(diskId, Images.Random(seed, 1 << 20));
        var snapshotId = (await portal.RunAsync(new CreateSnapshot(diskId) { SnapshotName = $"state-{seed}" })).SnapshotId;
        await portal.AccomplishedAsync(snapshotId);
        return (diskId, snapshotId);
    }

    private async Task<StoreCheckInfo> DoneAsync(IOperation<StoreCheckStarted> operation)
    {
        var started = await portal.RunAsync(operation);
        return await portal.UntilAsync(() => CheckAsync(started.CheckId), check => check.FinishedTime is not null);
    }

    private async Task<StoreCheckInfo> CheckAsync(string checkId) => Assert.Single((await portal.RunAsync(new DescribeStoreChecks { CheckId = checkId })).Checks);

    [Fact]
    public async Task Sound_repository_is_told_with_date_and_coverage_also_after_a_restart()
    {
        await SnapshotAsync();
        var check = await DoneAsync(new VerifyRepository("local-1"));
        Assert.Equal((true, 0, 1.0, JobStatus.Finished), (check.IsSound, check.FindingCount, check.Coverage, check.Status));
        Assert.True(check.CheckedBytes > 1 << 20);

        var dataPath = portal.DataPath;
        await portal.StopAsync();
        portal = await TestPortal.StartAsync(dataPath, KeysOf(1));
        var store = (await portal.RunAsync(new DescribeStores())).Repositories.Single(each => each.RegionId == "local-1");
        Assert.Equal((check.CheckId, 1), (store.LastVerification!.CheckId, store.SnapshotCount));
        Assert.Equal(check.TotalBytes, store.StoredBytes);
        Assert.Null(store.Fault);
    }

    [Fact]
    public async Task Damage_is_named_by_snapshot_range_and_object()
    {
        var (_, snapshotId) = await SnapshotAsync();
        var pack = Packs().MaxBy(path => new FileInfo(path).Length)!;
        var bytes = await File.ReadAllBytesAsync(pack);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(pack, bytes);

        var check = await DoneAsync(new VerifyRepository("local-1") { SnapshotId = snapshotId });
        Assert.False(check.IsSound);
        Assert.Contains(check.Findings, finding => finding.StartsWith($"Snapshot {snapshotId}: 65536 bytes from byte ", StringComparison.Ordinal));
        Assert.Contains(check.Findings, finding => finding.Contains(Path.GetFileName(pack), StringComparison.Ordinal));
        Assert.Null((await portal.RunAsync(new DescribeStores())).Repositories[0].LastVerification); // one snapshot is not the repository
    }

    [Fact]
    public async Task Sample_reads_a_part_and_says_so()
    {
        for (var seed = 1; seed <= 4; seed++) await SnapshotAsync(seed);
        var check = await DoneAsync(new VerifyRepository("local-1") { Percent = 1 });
        Assert.Equal((true, 1), (check.IsSound, check.Percent));
        Assert.True(check.Coverage < 1, $"{check.Coverage}");
    }

    [Fact]
    public async Task Pool_is_scrubbed_while_it_is_in_use()
    {
        await SnapshotAsync();
        var check = await DoneAsync(new ScrubPool("local-1a"));
        Assert.Equal((true, 0), (check.IsSound, check.FindingCount));
        Assert.True(check.CheckedBytes > 1 << 20);
        var pool = (await portal.RunAsync(new DescribeStores())).Pools.Single(each => each.ZoneId == "local-1a");
        Assert.Equal((1, 0, check.CheckId), (pool.DiskCount, pool.LockedDiskCount, pool.LastScrub!.CheckId));
        Assert.True(pool.AllocatedBytes > 1 << 20 && pool.FreeBytes > 0);
    }

    [Fact]
    public async Task Sweep_tells_first_and_then_gives_back_what_nothing_refers_to()
    {
        var (_, snapshotId) = await SnapshotAsync();
        File.Delete(Path.Combine(portal.DataPath, "repositories", "local-1", "snapshots", snapshotId)); // as snapctl delete does
        var plan = await DoneAsync(new SweepRepository("local-1") { DryRun = true });
        Assert.True(plan.FreedBytes > 1 << 20);
        Assert.Contains(plan.Findings, finding => finding.StartsWith("Delete packs/", StringComparison.Ordinal));
        Assert.NotEmpty(Packs());

        var done = await DoneAsync(new SweepRepository("local-1"));
        Assert.Equal(plan.FreedBytes, done.FreedBytes);
        Assert.Empty(Packs());
    }

    [Fact]
    public async Task Keys_are_wrapped_under_a_new_key_encryption_key_and_the_old_one_can_go()
    {
        var (diskId, snapshotId) = await SnapshotAsync(encrypted: true);
        await RestartAsync(2, 1);
        Assert.Equal([("kek-2", true, 0), ("kek-1", false, 1)], (await portal.RunAsync(new DescribeStores())).Keks.Select(kek => (kek.KekId, kek.IsCurrent, kek.KeyCount)));
        var check = await DoneAsync(new RewrapKeys());
        Assert.Contains("1 keys were wrapped anew in the database.", check.Findings);
        Assert.Contains("1 keys were wrapped anew in the repository of local-1.", check.Findings);

        await RestartAsync(2);
        Assert.Equal(Images.Random(1, 1 << 20), await portal.ReadDiskAsync(diskId, 1 << 20));
        var copy = await portal.CreateDiskAsync(snapshotId, "local-1b");
        Assert.Equal(Images.Random(1, 1 << 20), await portal.ReadDiskAsync(copy, 1 << 20));
        await portal.IdleAsync();

        async Task RestartAsync(params int[] keys)
        {
            var dataPath = portal.DataPath;
            await portal.StopAsync();
            portal = await TestPortal.StartAsync(dataPath, KeysOf(keys));
        }
    }

    [Fact]
    public async Task Stores_are_the_administrators_only()
    {
        var owner = await portal.AddMemberAsync(AccountRole.Owner);
        await RefusedAsync(new DescribeStores());
        await RefusedAsync(new DescribeStoreChecks());
        await RefusedAsync(new VerifyRepository("local-1"));
        await RefusedAsync(new SweepRepository("local-1"));
        await RefusedAsync(new AdoptSnapshots("local-1", owner.AccountId));
        Assert.Equal(0, (await portal.RunAsync(new DescribeStoreChecks())).TotalCount);

        async Task RefusedAsync<T>(IOperation<T> operation) where T : class => Assert.Equal(403, (await portal.RefusedAsync(operation, owner)).Error.HttpStatus);
    }

    [Fact]
    public async Task What_is_not_there_is_refused()
    {
        Assert.Equal("InvalidRegionId.NotFound", (await portal.RefusedAsync(new VerifyRepository("nowhere"))).Error.Code);
        Assert.Equal("InvalidSnapshotId.NotFound", (await portal.RefusedAsync(new VerifyRepository("local-1") { SnapshotId = "../config" })).Error.Code);
        Assert.Equal("InvalidZoneId.NotFound", (await portal.RefusedAsync(new ScrubPool("local-1"))).Error.Code);
        Assert.Equal("InvalidParameter", (await portal.RefusedAsync(new VerifyRepository("local-1") { Percent = 0 })).Error.Code);
        Assert.Equal("InvalidAccountId.NotFound", (await portal.RefusedAsync(new AdoptSnapshots("local-1", "a-nobody"))).Error.Code);
    }

    [Fact]
    public async Task Check_that_hangs_can_be_cancelled_and_ends_without_a_result()
    {
        await SnapshotAsync();
        portal.Files.HoldReads();
        var started = await portal.RunAsync(new VerifyRepository("local-1"));
        await portal.Files.Held;
        await portal.RunAsync(new CancelStoreCheck(started.CheckId));
        portal.Files.Release();
        var check = await portal.UntilAsync(() => CheckAsync(started.CheckId), each => each.FinishedTime is not null);
        Assert.Equal((null, JobStatus.Cancelled), (check.IsSound, check.Status));
        Assert.Equal("InvalidTaskId.IncorrectTaskStatus", (await portal.RefusedAsync(new CancelStoreCheck(started.CheckId))).Error.Code);
    }
}
