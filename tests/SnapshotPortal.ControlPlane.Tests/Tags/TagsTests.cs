using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.ControlPlane.Tests.Tags;

public sealed class TagsTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task Disks_and_snapshots_keep_the_tags_that_they_were_made_with()
    {
        var disk = await TaggedDiskAsync(new("team", "storage & backup"), new("env", ""));
        await portal.UploadAsync(disk, Images.Random(1, 1 << 20));
        var snapshot = (await portal.RunAsync(new CreateSnapshot(disk) { Tag = [new("kind", "nightly")] })).SnapshotId;

        Assert.Equal([new TagInfo("env", ""), new TagInfo("team", "storage & backup")], (await portal.DiskAsync(disk)).Tags);
        Assert.Equal([new TagInfo("kind", "nightly")], (await portal.SnapshotAsync(snapshot)).Tags);
        await portal.IdleAsync();
    }

    [Fact]
    public async Task Filters_find_what_carries_every_tag()
    {
        var both = await TaggedDiskAsync(new("env", "prod"), new("team", "a"));
        var one = await TaggedDiskAsync(new Tag("env", "test"));
        await TaggedDiskAsync();

        Assert.Equal([one, both], await FoundAsync(new Tag("env", null)));
        Assert.Equal([both], await FoundAsync(new("env", "prod"), new("team", null)));
        Assert.Empty(await FoundAsync(new("env", "prod"), new("team", "b")));
        Assert.Equal("InvalidTag.Mismatch", (await portal.RefusedAsync(new DescribeDisks { Tag = [new(null, "prod")] })).Error.Code);
    }

    [Fact]
    public async Task Tags_are_set_overwritten_listed_and_taken_off()
    {
        var (first, second) = (await TaggedDiskAsync(new Tag("env", "test")), await TaggedDiskAsync());

        await portal.RunAsync(new TagResources("local-1", "disk") { ResourceId = [first, second], Tag = [new("env", "prod"), new("owner", "me")] });
        Assert.Equal([new TagInfo("env", "prod"), new TagInfo("owner", "me")], (await portal.DiskAsync(first)).Tags);
        Assert.Equal(4, (await ListAsync()).TagResources.Count);
        Assert.Equal(2, (await portal.RunAsync(new ListTagResources("local-1", "disk") { ResourceId = [second], Tag = [new("env", "prod")] })).TagResources.Count);

        await portal.RunAsync(new UntagResources("local-1", "disk") { ResourceId = [first], TagKey = ["owner"] });
        await portal.RunAsync(new UntagResources("local-1", "disk") { ResourceId = [second], All = true });
        Assert.Equal([new TagResourceInfo(first, "disk", "env", "prod")], (await ListAsync()).TagResources);

        await portal.RunAsync(new DeleteDisk(first));
        Assert.Empty((await ListAsync()).TagResources);
        await portal.IdleAsync();
    }

    [Fact]
    public async Task Long_lists_come_in_parts_of_fifty()
    {
        for (var disk = 0; disk < 3; disk++) await TaggedDiskAsync([.. Enumerable.Range(0, 20).Select(number => new Tag($"key{number:00}", "value"))]);

        var first = await ListAsync();
        Assert.Equal(50, first.TagResources.Count);
        var second = await portal.RunAsync(new ListTagResources("local-1", "disk") { NextToken = first.NextToken });
        Assert.Null(second.NextToken);
        Assert.Equal(60, first.TagResources.Concat(second.TagResources).Distinct().Count());
        Assert.Equal("Invalid.NextToken", (await portal.RefusedAsync(new ListTagResources("local-1", "disk") { NextToken = "?" })).Error.Code);
    }

    [Theory]
    [InlineData("", "v", "InvalidTagKey.Malformed")]
    [InlineData("aliyun-x", "v", "InvalidTagKey.Malformed")]
    [InlineData("acs:x", "v", "InvalidTagKey.Malformed")]
    [InlineData("see http://x", "v", "InvalidTagKey.Malformed")]
    [InlineData("key", "https://x", "InvalidTagValue.Malformed")]
    public async Task Malformed_tags_are_refused(string key, string value, string code)
    {
        var disk = await TaggedDiskAsync();
        Assert.Equal(code, (await portal.RefusedAsync(new TagResources("local-1", "disk") { ResourceId = [disk], Tag = [new(key, value)] })).Error.Code);
        Assert.Equal(code, (await portal.RefusedAsync(new CreateDisk("local-1", "local-1a") { Size = 20, Tag = [new(key, value)] })).Error.Code);
    }

    [Fact]
    public async Task Nothing_is_tagged_where_one_resource_cannot_be()
    {
        var (full, free) = (await TaggedDiskAsync([.. Enumerable.Range(0, 20).Select(number => new Tag($"key{number}", ""))]), await TaggedDiskAsync());

        Assert.Equal("QuotaExceed.Tags", await CodeAsync(new TagResources("local-1", "disk") { ResourceId = [free, full], Tag = [new("more", "")] }));
        Assert.Equal("InvalidResourceId.NotFound", await CodeAsync(new TagResources("local-1", "disk") { ResourceId = [free, "d-unknown"], Tag = [new("more", "")] }));
        Assert.Equal("InvalidResourceId.NotFound", await CodeAsync(new TagResources("local-2", "disk") { ResourceId = [free], Tag = [new("more", "")] }));
        Assert.Equal("InvalidResourceType.NotFound", await CodeAsync(new TagResources("local-1", "eni") { ResourceId = [free], Tag = [new("more", "")] }));
        Assert.Equal("Duplicate.TagKey", await CodeAsync(new TagResources("local-1", "disk") { ResourceId = [free], Tag = [new("more", "1"), new("more", "2")] }));
        Assert.Equal("NumberExceed.ResourceIds", await CodeAsync(new TagResources("local-1", "disk") { ResourceId = [.. Enumerable.Range(0, 51).Select(number => $"d-{number}")], Tag = [new("more", "")] }));
        Assert.Empty((await portal.DiskAsync(free)).Tags);
    }

    [Fact]
    public async Task Strangers_neither_see_nor_set_tags()
    {
        var disk = await TaggedDiskAsync(new Tag("env", "prod"));
        var stranger = await portal.AddStrangerAsync();

        Assert.Empty((await portal.RunAsync(new ListTagResources("local-1", "disk"), stranger)).TagResources);
        Assert.Equal("InvalidResourceId.NotFound", (await portal.RefusedAsync(new TagResources("local-1", "disk") { ResourceId = [disk], Tag = [new("x", "")] }, stranger)).Error.Code);
    }

    private async Task<string> TaggedDiskAsync(params Tag[] tags)
        => (await portal.RunAsync(new CreateDisk("local-1", "local-1a") { DiskCategory = "cloud_essd", Size = 20, Tag = tags })).DiskId;

    private Task<ListTagResourcesResult> ListAsync() => portal.RunAsync(new ListTagResources("local-1", "disk"));

    private async Task<string> CodeAsync(TagResources request) => (await portal.RefusedAsync(request)).Error.Code;

    private async Task<IEnumerable<string>> FoundAsync(params Tag[] filter)
        => (await portal.RunAsync(new DescribeDisks { Tag = filter })).Disks.Select(disk => disk.DiskId);
}
