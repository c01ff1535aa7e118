using System.Globalization;
using SnapshotPortal.EndToEnd.Tests.Harness;

namespace SnapshotPortal.Api.Tests.Sdk;

/// <summary>What programs do with the official SDKs, against the real host; the bytes are looked at from outside.</summary>
public sealed class SdkInterop(SdkInterop.Stage stage) : IClassFixture<SdkInterop.Stage>
{
    private const int ImageBytes = 3 << 20;

    private string client = "present";

    [Theory]
    [InlineData("present")]
    [InlineData("present-v1")]
    [InlineData("first-get")]
    [InlineData("first-post")]
    public async Task From_a_disk_through_a_snapshot_to_a_disk_with_the_same_bytes(string sdk)
    {
        client = sdk;
        var image = new byte[ImageBytes];
        new Random(sdk.Length).NextBytes(image);

        Assert.Contains((await CallAsync("DescribeRegions", new { })).List("Regions", "Region"), region => region.GetProperty("RegionId").GetString() == "local-1");
        var zone = (await CallAsync("DescribeZones", new { RegionId = "local-1" })).List("Zones", "Zone")[0];
        Assert.Contains("cloud_essd", zone.GetProperty("AvailableDiskCategories").GetProperty("DiskCategories").EnumerateArray().Select(each => each.GetString()));

        // Sent again with its token a request is answered with the first answer.
        var create = new { RegionId = "local-1", ZoneId = zone.GetProperty("ZoneId").GetString(), DiskCategory = "cloud_essd", Size = 20, DiskName = $"db-{sdk}", Description = "快照 \"x\" +y", ClientToken = $"disk-{sdk}" };
        var disk = (await CallAsync("CreateDisk", create)).Text("DiskId");
        Assert.Equal(disk, (await CallAsync("CreateDisk", create)).Text("DiskId"));
        Assert.Equal("IdempotentParameterMismatch", (await CallAsync("CreateDisk", create with { Size = 40 }, refused: true)).Code);
        var told = Assert.Single((await CallAsync("DescribeDisks", new { RegionId = "local-1", DiskIds = $"[\"{disk}\"]" })).List("Disks", "Disk"));
        Assert.Equal(("快照 \"x\" +y", 20), (told.GetProperty("Description").GetString(), told.GetProperty("Size").GetInt32()));

        await stage.Visitor.UploadAsync(disk, image);
        var snapshot = (await CallAsync("CreateSnapshot", new { DiskId = disk, SnapshotName = $"nightly:{sdk}", RetentionDays = 30 })).Text("SnapshotId");
        await AccomplishedAsync(snapshot);
        var restored = (await CallAsync("CreateDisk", new { RegionId = "local-1", ZoneId = "local-1b", DiskCategory = "cloud_essd", SnapshotId = snapshot })).Text("DiskId");
        Assert.Equal(image, await stage.Visitor.ReadAsync(restored, image.Length));

        await TagAsync(disk, snapshot);
        await CallAsync("ModifyDiskAttribute", new { DiskId = disk, DiskName = "renamed" });
        await CallAsync("ModifySnapshotAttribute", new { SnapshotId = snapshot, SnapshotName = "kept", RetentionDays = 60 });
        Assert.Equal("kept", Assert.Single(await SnapshotsAsync(snapshot)).GetProperty("SnapshotName").GetString());
        var usage = await CallAsync("DescribeSnapshotsUsage", new { RegionId = "local-1" });
        Assert.True(usage.Body.GetProperty("SnapshotCount").GetInt32() > 0);

        Assert.Equal("SnapshotCreatedDisk", (await CallAsync("DeleteSnapshot", new { SnapshotId = snapshot }, refused: true)).Code);
        await CallAsync("DeleteSnapshot", new { SnapshotId = snapshot, Force = true });
        Assert.Empty(await SnapshotsAsync(snapshot));
        await CallAsync("DeleteDisk", new { DiskId = disk });
        Assert.Equal(image, await stage.Visitor.ReadAsync(restored, image.Length));
        await CallAsync("DeleteDisk", new { DiskId = restored });
    }

    [Theory]
    [InlineData("present")]
    [InlineData("first-get")]
    public async Task Refusals_reach_the_program_with_code_message_and_request_id(string sdk)
    {
        client = sdk;
        var refused = await CallAsync("CreateSnapshot", new { DiskId = "d-nowhere" }, refused: true);
        Assert.Equal("InvalidDiskId.NotFound", refused.Code);
        Assert.Contains("disk", refused.Message, StringComparison.Ordinal);
        Assert.Matches("^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$", refused.RequestId!);

        await using var stranger = await NodeSdk.StartAsync(stage.Endpoint, Stage.AccessKeyId, "notTheRightSecret");
        Assert.Equal("SignatureDoesNotMatch", (await stranger.CallAsync(client, "DescribeRegions", new { })).Code);
        Assert.Equal("InvalidRegionId.NotFound", (await CallAsync("DescribeDisks", new { RegionId = "mars-1" }, refused: true)).Code);
        Assert.Equal("UnsupportedOperation", (await CallAsync("ExportSnapshot", new { RegionId = "local-1" }, refused: true)).Code);
    }

    [Theory]
    [InlineData("present")]
    [InlineData("first-post")]
    public async Task Lists_come_in_pages_and_in_parts_by_token(string sdk)
    {
        client = sdk;
        var name = $"paged-{sdk}";
        for (var number = 0; number < 12; number++) await CallAsync("CreateDisk", new { RegionId = "local-2", ZoneId = "local-2a", DiskCategory = "cloud_essd", Size = 20, DiskName = name });

        var second = await CallAsync("DescribeDisks", new { RegionId = "local-2", DiskName = name, PageNumber = 2, PageSize = 5 });
        Assert.Equal((12, 2, 5), (second.Body.GetProperty("TotalCount").GetInt32(), second.Body.GetProperty("PageNumber").GetInt32(), second.List("Disks", "Disk").Count));

        var first = await CallAsync("DescribeDisks", new { RegionId = "local-2", DiskName = name, MaxResults = 10 });
        var rest = await CallAsync("DescribeDisks", new { RegionId = "local-2", DiskName = name, MaxResults = 10, NextToken = first.Text("NextToken") });
        var ids = first.List("Disks", "Disk").Concat(rest.List("Disks", "Disk")).Select(disk => disk.GetProperty("DiskId").GetString()!).ToList();
        Assert.Equal(12, ids.Distinct().Count());
        Assert.False(rest.Body.TryGetProperty("NextToken", out var token) && token.GetString()?.Length > 0);
        foreach (var id in ids) await CallAsync("DeleteDisk", new { DiskId = id });
    }

    [Fact]
    public async Task The_api_has_a_port_of_its_own_where_nothing_else_answers()
    {
        await using var sdk = await NodeSdk.StartAsync(stage.OwnEndpoint, Stage.AccessKeyId, Stage.AccessKeySecret);
        Assert.NotEmpty((await sdk.CallAsync("present", "DescribeRegions", new { })).List("Regions", "Region"));

        using var http = new HttpClient();
        Assert.Contains("<Code>InvalidAction.NotFound</Code>", await (await http.GetAsync(new Uri($"http://{stage.OwnEndpoint}/sign-in"))).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("<Code>MissingParameter</Code>", await (await http.GetAsync(new Uri($"http://{stage.OwnEndpoint}/"))).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("Sign in", await http.GetStringAsync(new Uri($"http://{stage.Endpoint}/sign-in")), StringComparison.Ordinal);
    }

    private async Task TagAsync(string disk, string snapshot)
    {
        var tag = new[] { new { Key = "owner", Value = "a & b" }, new { Key = "空", Value = "" } };
        // The first SDK flattens nothing: lists are repeated by hand.
        object Named(string id, string type) => client.StartsWith("first", StringComparison.Ordinal)
            ? new Dictionary<string, object> { ["RegionId"] = "local-1", ["ResourceType"] = type, ["ResourceId.1"] = id, ["Tag.1.Key"] = "owner", ["Tag.1.Value"] = "a & b", ["Tag.2.Key"] = "空", ["Tag.2.Value"] = "" }
            : new { RegionId = "local-1", ResourceType = type, ResourceId = new[] { id }, Tag = tag };

        await CallAsync("TagResources", Named(disk, "disk"));
        await CallAsync("TagResources", Named(snapshot, "snapshot"));
        var tags = (await CallAsync("ListTagResources", Named(snapshot, "snapshot"))).List("TagResources", "TagResource");
        Assert.Equal(["owner=a & b", "空="], tags.Select(each => $"{each.GetProperty("TagKey").GetString()}={each.GetProperty("TagValue").GetString()}"));
        var told = Assert.Single(await SnapshotsAsync(snapshot)).GetProperty("Tags").GetProperty("Tag");
        Assert.Equal(2, told.GetArrayLength());
    }

    private async Task<List<System.Text.Json.JsonElement>> SnapshotsAsync(string snapshot)
        => (await CallAsync("DescribeSnapshots", new { RegionId = "local-1", SnapshotIds = $"[\"{snapshot}\"]" })).List("Snapshots", "Snapshot");

    /// <summary>As programs do it: asks until it is done.</summary>
    private async Task AccomplishedAsync(string snapshot)
    {
        var patience = TimeSpan.FromMinutes(1);
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(100))
        {
            var status = Assert.Single(await SnapshotsAsync(snapshot)).GetProperty("Status").GetString();
            if (status == "accomplished") return;
            Assert.True(status == "progressing" && waited.Elapsed < patience, $"The snapshot is {status} after {waited.Elapsed}.");
        }
    }

    private async Task<SdkAnswer> CallAsync(string action, object parameters, bool refused = false)
    {
        var answer = await stage.Sdk.CallAsync(client, action, parameters);
        Assert.True(refused == answer.Code is not null, $"{action} by {client}: {answer.Code} {answer.Message}\n{stage.Log}");
        return answer;
    }

    /// <summary>The real host with an access key and a second port, and the SDKs.</summary>
    public sealed class Stage : IAsyncLifetime
    {
        internal const string AccessKeyId = "LTAItestAccessKey";
        internal const string AccessKeySecret = "testAccessKeySecret";

        private Portal portal = null!;

        internal NodeSdk Sdk { get; private set; } = null!;

        internal PortalVisitor Visitor { get; private set; } = null!;

        internal string Endpoint => $"127.0.0.1:{portal.Port.ToString(CultureInfo.InvariantCulture)}";

        internal string OwnEndpoint { get; private set; } = "";

        internal string Log => portal.Output.ToString();

        public async Task InitializeAsync()
        {
            OwnEndpoint = $"127.0.0.1:{FreePort().ToString(CultureInfo.InvariantCulture)}";
            portal = new Portal(settings: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Portal__Bootstrap__AdminEmail"] = Portal.Administrator.Email,
                ["Portal__Bootstrap__AdminPassword"] = Portal.Administrator.Password,
                ["Portal__Bootstrap__AccessKeyId"] = AccessKeyId,
                ["Portal__Bootstrap__AccessKeySecret"] = AccessKeySecret,
                ["Portal__Api__Url"] = $"http://{OwnEndpoint}",
            });
            await portal.StartAsync();
            Visitor = await PortalVisitor.SignInAsync(portal);
            Sdk = await NodeSdk.StartAsync(Endpoint, AccessKeyId, AccessKeySecret);
        }

        public async Task DisposeAsync()
        {
            await Sdk.DisposeAsync();
            Visitor.Dispose();
            await portal.DisposeAsync();
        }

        private static int FreePort()
        {
            using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
            listener.Start();
            return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        }
    }
}
