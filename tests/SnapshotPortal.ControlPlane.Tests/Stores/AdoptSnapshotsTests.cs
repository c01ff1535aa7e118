using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.ControlPlane.Stores;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Objects;
using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.Testing;

namespace SnapshotPortal.ControlPlane.Tests.Stores;

/// <summary>The portal's machine is gone and its repository is there: another portal takes it over.</summary>
public sealed class AdoptSnapshotsTests : IDisposable
{
    private static readonly byte[] Image = Images.Random(7, 2 << 20);
    private readonly string repository = Directory.CreateTempSubdirectory("adopted-").FullName;

    public void Dispose() => Directory.Delete(repository, recursive: true);

    private Dictionary<string, string?> Settings(bool hasKeys = true)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Portal:Regions:0:RegionId"] = "local-1",
            ["Portal:Regions:0:Zones:0"] = "local-1a",
            ["Portal:Regions:0:Zones:1"] = "local-1b",
            ["Portal:Regions:0:Repository:Directory"] = repository,
        };
        if (hasKeys) settings["Portal:Encryption:Keys"] = $"kek-1 {Convert.ToBase64String(Images.Random(1, 32))}";
        return settings;
    }

    private static async Task<StoreCheckInfo> AdoptAsync(TestPortal portal)
    {
        var account = (await portal.RunAsync(new DescribeMyAccounts())).Accounts[0].AccountId;
        var started = await portal.RunAsync(new AdoptSnapshots("local-1", account));
        return await portal.UntilAsync(async () => Assert.Single((await portal.RunAsync(new DescribeStoreChecks { CheckId = started.CheckId })).Checks), check => check.FinishedTime is not null);
    }

    private async Task<List<SnapshotInfo>> LosePortalAsync(bool encrypted)
    {
        await using var lost = await TestPortal.StartAsync(settings: Settings());
        var diskId = (await lost.RunAsync(new CreateDisk("local-1", "local-1a") { DiskCategory = "cloud_essd", PerformanceLevel = "PL0", Size = 1, Encrypted = encrypted })).DiskId;
        await lost.UploadAsync(diskId, Image);
        var snapshots = new List<SnapshotInfo>();
        foreach (var name in new[] { "monday", "tuesday" })
            snapshots.Add(await lost.AccomplishedAsync((await lost.RunAsync(new CreateSnapshot(diskId) { SnapshotName = name })).SnapshotId));
        await lost.IdleAsync();
        return snapshots;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Snapshots_of_a_lost_portal_are_as_they_were_and_make_disks(bool encrypted)
    {
        var lost = await LosePortalAsync(encrypted);
        await using var portal = await TestPortal.StartAsync(settings: Settings());
        Assert.Equal(["monday", "tuesday"], (await portal.RunAsync(new DescribeUnknownSnapshots("local-1"))).Snapshots.Select(each => each.SnapshotName));
        Assert.Equal("2 snapshots of 1 disks were adopted.", Assert.Single((await AdoptAsync(portal)).Findings));

        foreach (var before in lost)
        {
            var after = await portal.SnapshotAsync(before.SnapshotId);
            Assert.Equal(before with { Tags = [], LastModifiedTime = default, SnapshotLinkId = "", JobId = null, SourceDiskName = null }, after with { Tags = [], LastModifiedTime = default, SnapshotLinkId = "", JobId = null, SourceDiskName = null, CreationTime = before.CreationTime });
            Assert.Equal(before.CreationTime.ToUnixTimeMilliseconds(), after.CreationTime.ToUnixTimeMilliseconds());
        }

        var copy = await portal.CreateDiskAsync(lost[1].SnapshotId, "local-1b");
        Assert.Equal(Image, await portal.ReadDiskAsync(copy, Image.Length));
        Assert.Equal(encrypted, (await portal.DiskAsync(copy)).Encrypted);
        await portal.IdleAsync();
        var next = await portal.AccomplishedAsync((await portal.RunAsync(new CreateSnapshot(copy))).SnapshotId);
        Assert.Equal(false, next.IsFull);
        Assert.Equal("0 snapshots of 0 disks were adopted.", Assert.Single((await AdoptAsync(portal)).Findings));
    }

    [Fact]
    public async Task Encrypted_snapshots_are_adopted_without_their_key_and_are_readable_once_it_is_there()
    {
        var lost = await LosePortalAsync(encrypted: true);
        var portal = await TestPortal.StartAsync(settings: Settings(hasKeys: false));
        await AdoptAsync(portal);
        Assert.Equal("KeyUnavailable", (await portal.RefusedAsync(new CreateDisk("local-1", "local-1a") { DiskCategory = "cloud_essd", PerformanceLevel = "PL0", SnapshotId = lost[0].SnapshotId })).Error.Code);
        await portal.StopAsync();

        await using var again = await TestPortal.StartAsync(portal.DataPath, Settings());
        Assert.Equal(Image, await again.ReadDiskAsync(await again.CreateDiskAsync(lost[0].SnapshotId), Image.Length));
        await again.IdleAsync();
    }

    [Fact]
    public async Task Backup_of_any_size_by_other_means_becomes_a_disk_of_whole_gibibytes()
    {
        var content = Images.Random(3, (1 << 20) + 4096);
        using (var store = FileObjectStore.Open(OsFileSystem.Instance, repository))
        using (var opened = await Repository.OpenAsync(store, new() { Time = TimeProvider.System }, default))
        {
            var source = new MemoryBlockDevice(content.Length);
            source.Write(0, content);
            await opened.UploadAsync(new() { SnapshotId = "by-hand", DiskId = "/dev/sdb", Source = source, Changed = source.Extents(0, content.Length) }, null, default);
        }

        byte[] expected = [.. content, .. new byte[8192]];
        await using var portal = await TestPortal.StartAsync(settings: Settings());
        await AdoptAsync(portal);
        var diskId = await portal.CreateDiskAsync("by-hand");
        Assert.Equal(1, (await portal.DiskAsync(diskId)).Size);
        Assert.Equal(expected, await portal.ReadDiskAsync(diskId, expected.Length));
        await portal.IdleAsync();
        Assert.Equal(expected, await portal.ReadDiskAsync(diskId, expected.Length));
        var own = await portal.AccomplishedAsync((await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId);
        Assert.Equal(expected, await portal.ReadDiskAsync(await portal.CreateDiskAsync(own.SnapshotId, "local-1b"), expected.Length));
        await portal.IdleAsync();
    }
}
