using SnapshotPortal.ControlPlane.Disks;

namespace SnapshotPortal.ControlPlane.Tests.Operations;

public sealed class PagingTests : IAsyncLifetime
{
    private TestPortal portal = null!;
    private readonly List<string> newestFirst = [];

    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync();
        for (var i = 0; i < 25; i++)
        {
            newestFirst.Insert(0, await portal.CreateDiskAsync());
            portal.Time.Shift += TimeSpan.FromSeconds(1);
        }
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private static IEnumerable<string> Ids(DescribeDisksResult result) => result.Disks.Select(disk => disk.DiskId);

    [Fact]
    public async Task Pages_are_newest_first_and_ten_by_default()
    {
        var second = await portal.RunAsync(new DescribeDisks { PageNumber = 2 });
        Assert.Equal((25, 2, 10), (second.TotalCount, second.PageNumber, second.PageSize));
        Assert.Equal(newestFirst[10..20], Ids(second));
    }

    [Fact]
    public async Task Page_beyond_the_end_is_empty_with_the_right_count()
    {
        var beyond = await portal.RunAsync(new DescribeDisks { PageNumber = int.MaxValue, PageSize = 100 });
        Assert.Equal(25, beyond.TotalCount);
        Assert.Empty(beyond.Disks);
    }

    [Fact]
    public async Task Page_size_above_the_maximum_is_clamped()
        => Assert.Equal(100, (await portal.RunAsync(new DescribeDisks { PageSize = 1000 })).PageSize);

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 0)]
    public async Task Page_or_size_below_one_is_refused(int number, int size)
        => Assert.Equal("InvalidParameter", (await portal.RefusedAsync(new DescribeDisks { PageNumber = number, PageSize = size })).Error.Code);

    [Fact]
    public async Task Tokens_walk_the_whole_list_although_disks_are_made_meanwhile()
    {
        List<string> walked = [];
        for (string? token = null; ;)
        {
            var part = await portal.RunAsync(new DescribeDisks { MaxResults = 10, NextToken = token });
            walked.AddRange(Ids(part));
            if ((token = part.NextToken) is null) break;
            await portal.CreateDiskAsync();
        }

        Assert.Equal(newestFirst, walked);
    }

    [Fact]
    public async Task Token_is_bound_to_its_filters_and_account()
    {
        var token = (await portal.RunAsync(new DescribeDisks { MaxResults = 10 })).NextToken;
        var stranger = await portal.AddStrangerAsync();
        Assert.Equal("Invalid.NextToken", (await portal.RefusedAsync(new DescribeDisks { NextToken = token, Category = "cloud_essd" })).Error.Code);
        Assert.Equal("Invalid.NextToken", (await portal.RefusedAsync(new DescribeDisks { NextToken = token }, stranger)).Error.Code);
        Assert.Equal("Invalid.NextToken", (await portal.RefusedAsync(new DescribeDisks { NextToken = "rubbish!" })).Error.Code);
        Assert.Equal("Invalid.NextToken", (await portal.RefusedAsync(new DescribeDisks { NextToken = "cnViYmlzaA" })).Error.Code);
    }
}
