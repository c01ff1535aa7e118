using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Tool.Tests;

public sealed class BackupTests : IDisposable
{
    private readonly Snapctl snapctl = new();

    private string Repository => snapctl.At("repository");

    [Fact]
    public async Task What_was_backed_up_comes_back_byte_by_byte_and_with_its_holes()
    {
        var image = snapctl.At("disk.img");
        var content = Images.Write(image, seed: 1);
        (await snapctl.RunAsync("backup", Repository, image, "--create", "--id", "first", "--label", "why=because")).Ended(0);

        (await snapctl.RunAsync("restore", Repository, "first", snapctl.At("back.img"))).Ended(0);
        Assert.Equal(content, await File.ReadAllBytesAsync(snapctl.At("back.img")));
        Assert.InRange(OsFileSystem.Instance.AllocatedBytes(snapctl.At("back.img")), 1, 8 << 20);
        Assert.Equal(content, (await snapctl.RunAsync("restore", Repository, "first", "-")).Ended(0).Output);

        var listed = (await snapctl.RunAsync("list", Repository, "--json")).Ended(0).Json.GetProperty("snapshots")[0];
        Assert.Equal(("first", "disk.img", "because"), (listed.GetProperty("snapshotId").GetString(), listed.GetProperty("diskId").GetString(), listed.GetProperty("labels").GetProperty("why").GetString()));
    }

    [Fact]
    public async Task A_second_backup_stores_only_what_changed_and_forgets_what_became_a_hole()
    {
        var image = snapctl.At("disk.img");
        var content = Images.Write(image, seed: 1);
        (await snapctl.RunAsync("backup", Repository, image, "--create", "--id", "first")).Ended(0);
        new Random(2).NextBytes(content.AsSpan(4 << 20, 64 * 1024));
        content.AsSpan(12 << 20, 1 << 20).Clear();
        Images.Save(image, content);

        var second = (await snapctl.RunAsync("backup", Repository, image, "--id", "second", "--json")).Ended(0).Json;
        Assert.Equal("first", second.GetProperty("predecessorId").GetString());
        Assert.InRange(second.GetProperty("storedBytes").GetInt64(), 64 * 1024, 160 * 1024);
        Assert.Equal(content, (await snapctl.RunAsync("restore", Repository, "second", "-")).Ended(0).Output);

        var again = (await snapctl.RunAsync("backup", Repository, image, "--id", "second", "--json")).Ended(0).Json;
        Assert.Equal(second.GetProperty("createdAt").GetString(), again.GetProperty("createdAt").GetString());
    }

    [Fact]
    public async Task What_is_deleted_is_given_back_by_prune_and_the_others_stay_whole()
    {
        var image = snapctl.At("disk.img");
        Images.Write(image, seed: 1);
        (await snapctl.RunAsync("backup", Repository, image, "--create", "--id", "first")).Ended(0);
        var content = Images.Write(image, seed: 2);
        (await snapctl.RunAsync("backup", Repository, image, "--id", "second")).Ended(0);
        var bytes = SizeOf(Repository);

        (await snapctl.RunAsync("delete", Repository, "first", "none")).Ended(4);
        (await snapctl.RunAsync("delete", Repository, "first")).Ended(0);
        Assert.InRange((await snapctl.RunAsync("prune", Repository, "--dry-run", "--json")).Ended(0).Json.GetProperty("freedBytes").GetInt64(), 4 << 20, 6 << 20);
        Assert.InRange(SizeOf(Repository), bytes - 4096, bytes);
        (await snapctl.RunAsync("prune", Repository)).Ended(0);

        Assert.InRange(SizeOf(Repository), bytes - (6 << 20), bytes - (4 << 20));
        Assert.Equal(content, (await snapctl.RunAsync("restore", Repository, "second", "-")).Ended(0).Output);
    }

    [Fact]
    public async Task A_copy_holds_the_same_and_a_second_one_sends_nothing()
    {
        var image = snapctl.At("disk.img");
        Images.Write(image, seed: 1);
        (await snapctl.RunAsync("backup", Repository, image, "--create", "--id", "first")).Ended(0);
        var content = Images.Write(image, seed: 2);
        (await snapctl.RunAsync("backup", Repository, image, "--id", "second")).Ended(0);

        (await snapctl.RunAsync("copy", Repository, snapctl.At("copy"))).Ended(4);
        (await snapctl.RunAsync("copy", Repository, snapctl.At("copy"), "--create")).Ended(0);
        Assert.Equal(content, (await snapctl.RunAsync("restore", snapctl.At("copy"), "second", "-")).Ended(0).Output);
        var bytes = SizeOf(snapctl.At("copy"));
        (await snapctl.RunAsync("copy", Repository, snapctl.At("copy"))).Ended(0);
        Assert.Equal(bytes, SizeOf(snapctl.At("copy")));
    }

    public void Dispose() => snapctl.Dispose();

    private static long SizeOf(string directory) => new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.Name != "~lock").Sum(file => file.Length);
}
