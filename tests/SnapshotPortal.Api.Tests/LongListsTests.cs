using System.Globalization;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.Api.Tests;

/// <summary>A list of a hundred thousand, from its beginning to its end.</summary>
public sealed class LongListsTests : IAsyncLifetime
{
    private const int Snapshots = 100_000;

    private TestApi api = null!;

    public async Task InitializeAsync() => api = await TestApi.StartAsync(settings: new() { ["Portal:Api:KeyRequestsPerSecond"] = "1000000", ["Portal:Api:AddressRequestsPerSecond"] = "1000000" });

    public async Task DisposeAsync() => await api.DisposeAsync();

    [Fact]
    public async Task Every_snapshot_is_told_once_in_parts_by_token_and_pages_end_where_they_should()
    {
        await api.RunAsync(new CreateSnapshot(await api.DiskAsync()));
        await api.IdleAsync();
        await ManySnapshots.AddAsync(api.DataPath, Snapshots);

        var ids = new HashSet<string>(StringComparer.Ordinal);
        string? token = "";
        for (var parts = 0; token is not null; parts++)
        {
            Assert.True(parts <= Snapshots / 100, "There are more parts than snapshots fill.");
            var part = (await api.Client.SendV3Async("DescribeSnapshots", ("RegionId", "local-1"), ("MaxResults", "100"), ("NextToken", token))).Json;
            foreach (var snapshot in part.GetProperty("Snapshots").GetProperty("Snapshot").EnumerateArray()) Assert.True(ids.Add(snapshot.GetProperty("SnapshotId").GetString()!));
            token = part.TryGetProperty("NextToken", out var next) ? next.GetString() : null;
        }

        Assert.Equal(Snapshots, ids.Count);
        Assert.Equal((Snapshots, 100), await PageAsync(1000));
        Assert.Equal((Snapshots, 0), await PageAsync(1001));
        Assert.Equal((Snapshots, 0), await PageAsync(int.MaxValue));
    }

    private async Task<(int Total, int Count)> PageAsync(int number)
    {
        var page = (await api.Client.SendV3Async("DescribeSnapshots", ("RegionId", "local-1"), ("PageSize", "100"), ("PageNumber", number.ToString(CultureInfo.InvariantCulture)))).Json;
        return (page.GetProperty("TotalCount").GetInt32(), page.GetProperty("Snapshots").GetProperty("Snapshot").GetArrayLength());
    }
}
