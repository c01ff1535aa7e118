using System.Text.Json;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Nbd.Tests.Interop;

public sealed class QemuInterop : PoolServer
{
    [Fact]
    public async Task An_image_that_qemu_converts_onto_the_disk_compares_equal_and_comes_back()
    {
        var image = SparseImage();
        await ExternalProgram.RunAsync("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", image, Uri);
        await ExternalProgram.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "raw", image, Uri);
        await ExternalProgram.RunAsync("qemu-img", "convert", "-f", "raw", "-O", "qcow2", Uri, PathOf("back.qcow2"));
        await ExternalProgram.RunAsync("qemu-img", "compare", "-f", "raw", "-F", "qcow2", image, PathOf("back.qcow2"));
    }

    [Fact]
    public async Task The_map_tells_data_and_holes()
    {
        Disk.Write(1 << 20, new byte[] { 1 });
        using var map = JsonDocument.Parse(await ExternalProgram.RunAsync("qemu-img", "map", "--output=json", "-f", "raw", Uri));
        var extents = map.RootElement.EnumerateArray().Select(extent => (extent.GetProperty("start").GetInt64(), extent.GetProperty("length").GetInt64(), extent.GetProperty("data").GetBoolean()));
        Assert.Equal([(0, 1 << 20, false), (1 << 20, 4096, true), ((1 << 20) + 4096, DiskBytes - (1 << 20) - 4096, false)], extents);
    }

    [Fact]
    public async Task Patterns_zeroes_and_trims_verify()
    {
        await ExternalProgram.RunAsync("qemu-io", "-f", "raw", Uri,
            "-c", "write -P 0x5a 0 1M", "-c", "write -f -P 0xa5 12345 54321", "-c", "flush",
            "-c", "read -P 0x5a 0 12345", "-c", "read -P 0xa5 12345 54321", "-c", "read -P 0x5a 66666 900000",
            "-c", "write -z 4096 8192", "-c", "read -P 0 4096 8192", "-c", "write -z -u 1000 3000", "-c", "read -P 0 1000 3000",
            "-c", "discard 512k 64k", "-c", "read -P 0 512k 64k", "-c", "aio_write -P 7 2M 4M", "-c", "aio_read -P 0 10M 4M", "-c", "aio_flush", "-c", "read -P 7 2M 4M");
        var content = new byte[4096];
        Disk.Read(2 << 20, content);
        Assert.All(content, value => Assert.Equal(7, value));
    }

    [Fact]
    public async Task A_read_only_export_is_opened_only_for_reading()
    {
        Server.Exports["snapshot"] = new() { Name = "snapshot", Device = Pool.TakeSnapshot("disk", "s") };
        await ExternalProgram.RunAsync("qemu-io", "-r", "-f", "raw", Server.Uri("snapshot"), "-c", "read -P 0 0 1M");
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => ExternalProgram.RunAsync("qemu-io", "-f", "raw", Server.Uri("snapshot"), "-c", "write 0 512"));
        Assert.Contains("denied", refused.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("-w")]
    [InlineData("-w", "--flush-interval=64")]
    [InlineData("-U")]
    public async Task Qemu_img_bench_runs_through(params string[] how) =>
        await ExternalProgram.RunAsync("qemu-img", ["bench", "-f", "raw", "-c", "2000", "-d", "32", "-s", "4096", .. how, Uri]);
}
