using SnapshotPortal.Testing;

namespace SnapshotPortal.Tool.Tests;

public sealed class BucketTests : IDisposable
{
    private readonly Snapctl snapctl = new();

    [Fact]
    public async Task A_bucket_is_as_good_as_a_directory()
    {
        using var gateway = await RadosGateway.StartAsync();
        await gateway.CreateBucketAsync("snapshots");
        var server = gateway.Bucket("snapshots");
        snapctl.Environment["AWS_ACCESS_KEY_ID"] = server.AccessKey;
        snapctl.Environment["AWS_SECRET_ACCESS_KEY"] = server.SecretKey;
        var place = $"s3://snapshots/region/one?endpoint={Uri.EscapeDataString(gateway.Endpoint.ToString())}";
        var content = Images.Write(snapctl.At("disk.img"), seed: 1);

        (await snapctl.RunAsync("list", place)).Ended(4);
        (await snapctl.RunAsync("backup", place, snapctl.At("disk.img"), "--create", "--id", "first")).Ended(0);
        (await snapctl.RunAsync("verify", place)).Ended(0);
        (await snapctl.RunAsync("copy", place, snapctl.At("here"), "--create")).Ended(0);
        Assert.Equal(content, (await snapctl.RunAsync("restore", place, "first", "-")).Ended(0).Output);
        Assert.Equal(content, (await snapctl.RunAsync("restore", snapctl.At("here"), "first", "-")).Ended(0).Output);
    }

    public void Dispose() => snapctl.Dispose();
}
