using System.Text.Json;
using SnapshotPortal.Nbd.Tests.Harness;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Nbd.Tests.Interop;

public sealed class LibnbdInterop : PoolServer
{
    [Fact]
    public async Task Nbdinfo_tells_what_the_export_can()
    {
        using var told = JsonDocument.Parse(await ExternalProgram.RunAsync("nbdinfo", "--json", Uri));
        Assert.Equal("newstyle-fixed", told.RootElement.GetProperty("protocol").GetString());
        var export = told.RootElement.GetProperty("exports")[0];
        Assert.Equal(DiskBytes, export.GetProperty("export-size").GetInt64());
        foreach (var can in new[] { "can_multi_conn", "can_flush", "can_fua", "can_trim", "can_zero", "can_fast_zero", "can_cache", "can_df" })
            Assert.True(export.GetProperty(can).GetBoolean(), can);
        Assert.Equal(["base:allocation"], export.GetProperty("contexts").EnumerateArray().Select(context => context.GetString()));
    }

    [Fact]
    public async Task A_list_shows_only_what_the_client_may_see()
    {
        var address = $"nbd+unix://?socket={Server.SocketPath}";
        using (var told = JsonDocument.Parse(await ExternalProgram.RunAsync("nbdinfo", "--list", "--json", address))) Assert.Empty(told.RootElement.GetProperty("exports").EnumerateArray());
        Server.Listed.Add(TestServer.ExportName);
        using (var told = JsonDocument.Parse(await ExternalProgram.RunAsync("nbdinfo", "--list", "--json", address))) Assert.Single(told.RootElement.GetProperty("exports").EnumerateArray());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(4, 64)]
    public async Task Nbdcopy_brings_an_image_in_and_out(int connections, int requests)
    {
        var image = SparseImage(connections);
        string[] how = [$"--connections={connections}", $"--requests={requests}", "--flush"];
        await ExternalProgram.RunAsync("nbdcopy", [.. how, "--destination-is-zero", image, Uri]);
        await ExternalProgram.RunAsync("nbdcopy", [.. how, Uri, PathOf("back")]);
        Assert.Equal(await File.ReadAllBytesAsync(image), await File.ReadAllBytesAsync(PathOf("back")));
    }

    [Fact]
    public async Task A_snapshots_map_of_changes_tells_what_was_written_since_an_earlier_one()
    {
        Disk.Write(0, new byte[] { 1 });
        var epoch = Pool.TakeSnapshot("disk", "before").Epoch;
        Disk.Write(1 << 20, new byte[] { 1 });
        var after = Pool.TakeSnapshot("disk", "after");
        Server.Exports["after"] = new() { Name = "after", Device = after, Changes = [new("before", (offset, length) => after.ChangedSince(epoch, offset, length))] };
        using var map = JsonDocument.Parse(await ExternalProgram.RunAsync("nbdinfo", "--json", "--map=x-snapshotportal:changed-since=before", Server.Uri("after")));
        Assert.Equal([(0, 1 << 20, 0), (1 << 20, 4096, 1), ((1 << 20) + 4096, DiskBytes - (1 << 20) - 4096, 0)],
            map.RootElement.EnumerateArray().Select(extent => (extent.GetProperty("offset").GetInt64(), extent.GetProperty("length").GetInt64(), extent.GetProperty("type").GetInt32())));
    }
}
