using SnapshotPortal.Testing;

namespace SnapshotPortal.Nbd.Tests.Interop;

/// <summary>A file system on a disk that nbdfuse shows as a file.</summary>
public sealed class FileSystemInterop : PoolServer
{
    [Fact]
    public async Task A_file_system_on_the_disk_is_whole_and_so_is_its_snapshot()
    {
        var file = PathOf("disk");
        await File.WriteAllBytesAsync(file, []);
        using var fuse = ExternalProgram.Start("nbdfuse", "--pidfile", PathOf("pid"), file, Uri);
        try
        {
            for (var i = 0; i < 1000 && !File.Exists(PathOf("pid")); i++) await Task.Delay(10);
            await ExternalProgram.RunAsync("mkfs.ext4", "-q", "-F", file);
            await WriteFiles(file, 0, 40);
            Pool.TakeSnapshot("disk", "between");
            await WriteFiles(file, 40, 80);
            await ExternalProgram.RunAsync("e2fsck", "-f", "-n", file);
        }
        finally
        {
            await ExternalProgram.RunAsync("fusermount3", "-u", file);
            await fuse.WaitForExitAsync();
        }
        await CheckAsync("disk", Uri, 80);
        Server.Exports["between"] = new() { Name = "between", Device = Pool.FindSnapshot("between")! };
        await CheckAsync("between", Server.Uri("between"), 40);
    }

    private async Task WriteFiles(string file, int from, int to)
    {
        var commands = PathOf($"commands-{from}");
        var lines = new List<string>();
        for (var i = from; i < to; i++)
        {
            var bytes = new byte[i * 5000];
            new Random(i).NextBytes(bytes);
            await File.WriteAllBytesAsync(PathOf($"content-{i}"), bytes);
            lines.Add($"mkdir d{i}");
            lines.Add($"write {PathOf($"content-{i}")} d{i}/f{i}");
        }
        await File.WriteAllLinesAsync(commands, lines);
        await ExternalProgram.RunAsync("debugfs", "-w", "-f", commands, file);
    }

    private async Task CheckAsync(string name, string uri, int files)
    {
        var copy = PathOf($"copy-of-{name}");
        await ExternalProgram.RunAsync("nbdcopy", uri, copy);
        await ExternalProgram.RunAsync("e2fsck", "-f", "-n", copy);
        for (var i = 0; i < files; i += 7)
        {
            await ExternalProgram.RunAsync("debugfs", "-R", $"dump d{i}/f{i} {PathOf("dumped")}", copy);
            Assert.Equal(await File.ReadAllBytesAsync(PathOf($"content-{i}")), await File.ReadAllBytesAsync(PathOf("dumped")));
        }
    }
}
