using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Snapshots;

public sealed class DescribeSnapshotLinksTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task<string> DiskAsync(string name)
    {
        var diskId = await portal.CreateDiskAsync(name: name);
        await portal.UploadAsync(diskId, Images.Random(1, 64 << 10));
        return diskId;
    }

    [Fact]
    public async Task Normal_and_local_snapshots_of_a_disk_are_a_chain_each_with_their_number_and_size()
    {
        var diskId = await DiskAsync("web");
        var first = await portal.AccomplishedAsync((await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId);
        var second = await portal.AccomplishedAsync((await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId);
        await portal.RunAsync(new CreateSnapshot(diskId) { InstantAccess = true });

        var links = (await portal.RunAsync(new DescribeSnapshotLinks("local-1"))).SnapshotLinks;
        var normal = Assert.Single(links, link => link.Category == "standard");
        Assert.Equal((first.SnapshotLinkId, diskId, "web", 1, 2), (normal.SnapshotLinkId, normal.SourceDiskId, normal.SourceDiskName, normal.SourceDiskSize, normal.TotalCount));
        Assert.Equal(first.StoredBytes + second.StoredBytes, normal.TotalSize);
        Assert.Equal((1, true), (Assert.Single(links, link => link.Category == "flash").TotalCount, Assert.Single(links, link => link.Category == "flash").InstantAccess));
    }

    [Fact]
    public async Task Filters_by_disk_and_chain_and_an_empty_filter_matches_nothing()
    {
        var disks = new[] { await DiskAsync("one"), await DiskAsync("two") };
        foreach (var diskId in disks) await portal.RunAsync(new CreateSnapshot(diskId));
        var all = await portal.RunAsync(new DescribeSnapshotLinks("local-1"));
        Assert.Equal(2, all.TotalCount);
        Assert.Equal(disks[1], Assert.Single((await portal.RunAsync(new DescribeSnapshotLinks("local-1") { DiskIds = [disks[1]] })).SnapshotLinks).SourceDiskId);
        Assert.Single((await portal.RunAsync(new DescribeSnapshotLinks("local-1") { SnapshotLinkIds = [all.SnapshotLinks[0].SnapshotLinkId] })).SnapshotLinks);
        Assert.Empty((await portal.RunAsync(new DescribeSnapshotLinks("local-1") { DiskIds = [] })).SnapshotLinks);
        Assert.Empty((await portal.RunAsync(new DescribeSnapshotLinks("local-2"))).SnapshotLinks);
        Assert.Equal("InvalidRegionId.NotFound", (await portal.RefusedAsync(new DescribeSnapshotLinks("nowhere"))).Error.Code);
    }

    [Fact]
    public async Task Token_goes_on_behind_the_chains_that_were_given()
    {
        for (var i = 0; i < 11; i++) await portal.RunAsync(new CreateSnapshot(await DiskAsync($"disk-{i}")) { Category = "Flash" });
        var first = await portal.RunAsync(new DescribeSnapshotLinks("local-1") { MaxResults = 10 });
        var rest = await portal.RunAsync(new DescribeSnapshotLinks("local-1") { MaxResults = 10, NextToken = first.NextToken });
        Assert.Equal(11, first.SnapshotLinks.Concat(rest.SnapshotLinks).Select(link => link.SnapshotLinkId).Distinct().Count());
        Assert.Null(rest.NextToken);
    }

    [Fact]
    public async Task Chain_goes_with_its_last_snapshot_not_with_its_disk()
    {
        var diskId = await DiskAsync("web");
        var local = (await portal.RunAsync(new CreateSnapshot(diskId) { Category = "Flash" })).SnapshotId;
        await portal.RunAsync(new DeleteDisk(diskId));
        Assert.Equal("", Assert.Single((await portal.RunAsync(new DescribeSnapshotLinks("local-1"))).SnapshotLinks).SourceDiskName);
        await portal.RunAsync(new DeleteSnapshot(local));
        Assert.Empty((await portal.RunAsync(new DescribeSnapshotLinks("local-1"))).SnapshotLinks);
    }
}
