using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.Engine;

namespace SnapshotPortal.ControlPlane.Tests.Disks;

public sealed class DiskUploadTests : IAsyncLifetime
{
    private const int Part = 8 << 20;
    private TestPortal portal = null!;
    private string diskId = "";

    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync();
        diskId = await portal.CreateDiskAsync();
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task Parts_in_any_order_and_again_make_the_image()
    {
        var image = Images.Random(1, (2 * Part) + 12345);
        var upload = await portal.RunAsync(new CreateDiskUpload(diskId, image.Length) { FileName = "web.raw", Fingerprint = "f" });
        Assert.Equal((Part, 3), (upload.PartBytes, upload.PartCount));
        foreach (var number in (int[])[3, 1, 3, 2]) await portal.PutPartAsync(upload, number, image);
        await portal.RunAsync(new CompleteDiskUpload(upload.UploadId));
        await portal.RunAsync(new CompleteDiskUpload(upload.UploadId));
        Assert.Equal(image, await portal.ReadDiskAsync(diskId, image.Length));
        var told = await portal.RunAsync(new DescribeDiskUpload(upload.UploadId));
        Assert.Equal((image.LongLength, DiskUploadStatus.Completed, "web.raw", "f"), (told.BytesDone, told.Status, told.FileName, told.Fingerprint));
    }

    [Fact]
    public async Task Upload_goes_on_after_a_restart_with_the_parts_that_are_missing()
    {
        var image = Images.Random(2, (3 * Part) - 1);
        var upload = await portal.RunAsync(new CreateDiskUpload(diskId, image.Length));
        await portal.PutPartAsync(upload, 2, image);
        await portal.StopAsync();
        portal = await TestPortal.StartAsync(portal.DataPath);

        Assert.Equal(upload.UploadId, (await portal.DiskAsync(diskId)).UploadId);
        var told = await portal.RunAsync(new DescribeDiskUpload(upload.UploadId));
        Assert.Equal([1, 3], told.MissingParts);
        Assert.Equal(Part, told.BytesDone);
        Assert.Equal("UploadIncomplete", (await portal.RefusedAsync(new CompleteDiskUpload(upload.UploadId))).Error.Code);
        foreach (var number in told.MissingParts) await portal.PutPartAsync(upload, number, image);
        await portal.RunAsync(new CompleteDiskUpload(upload.UploadId));
        Assert.Equal(image, await portal.ReadDiskAsync(diskId, image.Length));
    }

    [Fact]
    public async Task Part_with_another_hash_is_refused_and_nothing_is_written()
    {
        var upload = await portal.RunAsync(new CreateDiskUpload(diskId, 4096));
        var refusal = await portal.RefusedAsync(new PutDiskUploadPart(upload.UploadId, 1, Convert.ToHexString(SHA256.HashData([1])), Images.Random(1, 4096)));
        Assert.Equal("PartHashMismatch", refusal.Error.Code);
        Assert.All(await portal.ReadDiskAsync(diskId, 4096), each => Assert.Equal(0, each));
        Assert.Equal([1], (await portal.RunAsync(new DescribeDiskUpload(upload.UploadId))).MissingParts);
    }

    [Theory]
    [InlineData(0, 4096, "InvalidPartNumber")]
    [InlineData(2, 4096, "InvalidPartNumber")]
    [InlineData(1, 4095, "InvalidPartSize")]
    [InlineData(1, 0, "InvalidPartSize")]
    public async Task Part_that_is_not_of_the_image_is_refused(int number, int lengthBytes, string code)
    {
        var upload = await portal.RunAsync(new CreateDiskUpload(diskId, 4096));
        var content = new byte[lengthBytes];
        Assert.Equal(code, (await portal.RefusedAsync(new PutDiskUploadPart(upload.UploadId, number, Convert.ToHexString(SHA256.HashData(content)), content))).Error.Code);
    }

    [Theory]
    [InlineData("zz")]
    [InlineData("xyz4567890123456789012345678901234567890123456789012345678901234")]
    public async Task Hash_that_is_none_is_refused(string hash)
    {
        var upload = await portal.RunAsync(new CreateDiskUpload(diskId, 1));
        Assert.Equal("InvalidPartHash.Malformed", (await portal.RefusedAsync(new PutDiskUploadPart(upload.UploadId, 1, hash, new byte[1]))).Error.Code);
    }

    [Fact]
    public async Task Image_larger_than_the_disk_is_refused_before_anything_is_sent()
    {
        var refusal = await portal.RefusedAsync(new CreateDiskUpload(diskId, (1L << 30) + 1));
        Assert.Equal(("InvalidUploadSize.TooLarge", "LengthBytes"), (refusal.Error.Code, refusal.Parameter));
        Assert.Equal("InvalidUploadSize.TooSmall", (await portal.RefusedAsync(new CreateDiskUpload(diskId, 0))).Error.Code);
    }

    [Fact]
    public async Task Disk_takes_one_upload_at_a_time()
    {
        var first = await portal.RunAsync(new CreateDiskUpload(diskId, 4096));
        Assert.Equal("IncorrectDiskStatus", (await portal.RefusedAsync(new CreateDiskUpload(diskId, 4096))).Error.Code);
        await portal.RunAsync(new AbortDiskUpload(first.UploadId));
        await portal.RunAsync(new CreateDiskUpload(diskId, 4096));
        Assert.Equal("IncorrectUploadStatus", (await portal.RefusedAsync(new PutDiskUploadPart(first.UploadId, 1, Convert.ToHexString(SHA256.HashData(new byte[4096])), new byte[4096]))).Error.Code);
    }

    [Fact]
    public async Task Sparse_image_stays_sparse_and_zeroes_replace_what_was_there()
    {
        var image = new byte[4 << 20];
        Images.Random(3, 4096).CopyTo(image, 1 << 20);
        await portal.UploadAsync(diskId, image);
        var disk = portal.Services.GetRequiredService<ZonePools>()["local-1a"].FindDisk(diskId)!;
        Assert.Equal(
            [new(0, 1 << 20, ExtentKind.Hole), new(1 << 20, 4096, ExtentKind.Data), new((1 << 20) + 4096, (3 << 20) - 4096, ExtentKind.Hole)],
            disk.Extents(0, 4 << 20));
        await portal.UploadAsync(diskId, new byte[4 << 20]);
        Assert.All(await portal.ReadDiskAsync(diskId, 4 << 20), each => Assert.Equal(0, each));
        Assert.DoesNotContain(disk.Extents(0, disk.LengthBytes), extent => extent.Kind == ExtentKind.Data);
    }

    [Fact]
    public async Task Download_is_of_one_moment_whatever_is_uploaded_meanwhile()
    {
        var before = Images.Random(4, 1 << 20);
        await portal.UploadAsync(diskId, before);
        await using (var content = await portal.RunAsync(new OpenDiskContent(diskId)))
        {
            await portal.UploadAsync(diskId, Images.Random(5, 1 << 20));
            var read = new byte[before.Length];
            content.Device.Read(0, read);
            Assert.Equal(before, read);
            Assert.Equal((1L << 30, $"{diskId}.raw"), (content.LengthBytes, content.FileName));
        }

        Assert.Empty(portal.Services.GetRequiredService<ZonePools>()["local-1a"].Snapshots);
    }
}
