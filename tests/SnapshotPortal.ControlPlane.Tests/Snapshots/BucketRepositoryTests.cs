using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.Testing;

namespace SnapshotPortal.ControlPlane.Tests.Snapshots;

/// <summary>A region whose repository is a bucket of a real S3 server.</summary>
public sealed class BucketRepositoryTests : IAsyncLifetime
{
    private RadosGateway gateway = null!;

    public async Task InitializeAsync()
    {
        gateway = await RadosGateway.StartAsync();
        await gateway.CreateBucketAsync("snapshots");
    }

    public Task DisposeAsync()
    {
        gateway.Dispose();
        return Task.CompletedTask;
    }

    private Dictionary<string, string?> Settings(string bucket, string? secret = null)
    {
        var server = gateway.Bucket(bucket);
        return new()
        {
            ["Portal:Regions:0:RegionId"] = "local-1",
            ["Portal:Regions:0:Zones:0"] = "local-1a",
            ["Portal:Regions:0:Zones:1"] = "local-1b",
            ["Portal:Regions:0:Repository:Bucket"] = bucket,
            ["Portal:Regions:0:Repository:Prefix"] = "portal/one/",
            ["Portal:Regions:0:Repository:Endpoint"] = gateway.Endpoint.ToString(),
            ["Portal:Regions:0:Repository:AccessKeyId"] = server.AccessKey,
            ["Portal:Regions:0:Repository:SecretAccessKey"] = secret ?? server.SecretKey,
        };
    }

    [Fact]
    public async Task Snapshots_are_stored_in_the_bucket_and_come_back_from_it_after_a_restart()
    {
        var image = Images.Random(1, 4 << 20);
        var portal = await TestPortal.StartAsync(settings: Settings("snapshots"));
        var diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, image);
        var snapshotId = (await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId;
        await portal.AccomplishedAsync(snapshotId);
        Assert.False(Directory.Exists(Path.Combine(portal.DataPath, "repositories")));
        await portal.StopAsync();

        await using var again = await TestPortal.StartAsync(portal.DataPath, Settings("snapshots"));
        var copy = await again.CreateDiskAsync(snapshotId, "local-1b");
        Assert.Equal(image, await again.ReadDiskAsync(copy, image.Length));
        await again.IdleAsync();
    }

    [Fact]
    public async Task Bucket_that_does_not_take_objects_ends_the_start_and_names_the_configuration()
    {
        var missing = await Assert.ThrowsAsync<PortalStartException>(() => TestPortal.StartAsync(settings: Settings("nowhere")));
        Assert.Contains("the bucket 'nowhere' below 'portal/one/'", missing.Message, StringComparison.Ordinal);
        Assert.Contains("Portal:Regions:0:Repository", missing.Message, StringComparison.Ordinal);
        var refused = await Assert.ThrowsAsync<PortalStartException>(() => TestPortal.StartAsync(settings: Settings("snapshots", secret: "not the secret")));
        Assert.DoesNotContain("not the secret", refused.Message, StringComparison.Ordinal);
    }
}
