using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Crypto;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Objects;
using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Tool.Tests;

/// <summary>A repository that the engine wrote, as the portal does, is all there is.</summary>
public sealed class WithoutThePortalTests : IDisposable
{
    private const string Keys = "kek-1 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=", OtherKeys = "kek-1 AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI=";

    private readonly Snapctl snapctl = new();

    private string Place => snapctl.At("repository");

    [Fact]
    public async Task An_encrypted_snapshot_is_listed_verified_and_restored_with_its_keys_alone()
    {
        var content = await StoreAsync(encrypted: true);
        Assert.Contains("s-1", (await snapctl.RunAsync("list", Place)).Ended(0).Text, StringComparison.Ordinal);
        (await snapctl.RunWithKeysAsync(Keys, "verify", Place)).Ended(0);
        await File.WriteAllTextAsync(snapctl.At("keys"), Keys);
        (await snapctl.RunAsync("restore", Place, "s-1", snapctl.At("back"), "--keys", snapctl.At("keys"))).Ended(0);
        Assert.Equal(content, await File.ReadAllBytesAsync(snapctl.At("back")));
    }

    [Theory]
    [InlineData(null, "no key-encryption key is configured")]
    [InlineData(OtherKeys, "but the one configured under that id is another")]
    [InlineData("kek-1 short", "holds no key of 32 bytes")]
    public async Task A_missing_or_wrong_key_is_one_clear_error(string? keys, string says)
    {
        await StoreAsync(encrypted: true);
        var refused = (keys is null ? await snapctl.RunAsync("restore", Place, "s-1", snapctl.At("back")) : await snapctl.RunWithKeysAsync(keys, "restore", Place, "s-1", snapctl.At("back"))).Ended(5);
        Assert.Contains(says, refused.Errors, StringComparison.Ordinal);
        Assert.Single(refused.Errors.TrimEnd().Split('\n'));
        Assert.False(File.Exists(snapctl.At("back")));
        if (keys != "kek-1 short") (await snapctl.RunWithKeysAsync(keys ?? "", "verify", Place)).Ended(5);
    }

    [Fact]
    public async Task A_copy_may_be_encrypted_under_keys_of_its_own_or_not_at_all()
    {
        var content = await StoreAsync(encrypted: true);
        await File.WriteAllTextAsync(snapctl.At("other"), OtherKeys);
        (await snapctl.RunWithKeysAsync(Keys, "copy", Place, snapctl.At("there"), "--create", "--to-keys", snapctl.At("other"))).Ended(0);
        (await snapctl.RunWithKeysAsync(Keys, "restore", snapctl.At("there"), "s-1", "-")).Ended(5);
        Assert.Equal(content, (await snapctl.RunWithKeysAsync(OtherKeys, "restore", snapctl.At("there"), "s-1", "-")).Ended(0).Output);

        (await snapctl.RunWithKeysAsync(Keys, "copy", Place, snapctl.At("clear"), "--create", "--decrypt")).Ended(0);
        Assert.Equal(content, (await snapctl.RunAsync("restore", snapctl.At("clear"), "s-1", "-")).Ended(0).Output);
    }

    [Fact]
    public async Task A_snapshot_becomes_a_qcow2_image_or_a_compressed_stream()
    {
        var content = await StoreAsync(encrypted: false);
        (await snapctl.RunAsync("restore", Place, "s-1", snapctl.At("image.qcow2"), "--format", "qcow2")).Ended(0);
        await Programs.RunAsync("qemu-img", "convert", "-f", "qcow2", "-O", "raw", snapctl.At("image.qcow2"), snapctl.At("raw"));
        Assert.Equal(content, await File.ReadAllBytesAsync(snapctl.At("raw")));

        await File.WriteAllBytesAsync(snapctl.At("image.zst"), (await snapctl.RunAsync("restore", Place, "s-1", "-", "--format", "raw.zst")).Ended(0).Output);
        await Programs.RunAsync("zstd", "-d", "-q", snapctl.At("image.zst"), "-o", snapctl.At("unpacked"));
        Assert.Equal(content, await File.ReadAllBytesAsync(snapctl.At("unpacked")));
        (await snapctl.RunAsync("restore", Place, "s-1", "-", "--format", "qcow2")).Ended(2);
    }

    [Fact]
    public async Task Damage_is_named_by_snapshot_and_range_and_the_rest_can_be_restored()
    {
        var content = await StoreAsync(encrypted: false);
        var pack = new DirectoryInfo(Place).EnumerateFiles("*", SearchOption.AllDirectories).OrderByDescending(file => file.Length).First();
        using (var file = File.OpenHandle(pack.FullName, FileMode.Open, FileAccess.ReadWrite))
        {
            var stored = new byte[1];
            RandomAccess.Read(file, stored, pack.Length / 2);
            stored[0] ^= 16;
            RandomAccess.Write(file, stored, pack.Length / 2);
        }

        var range = Assert.Single((await snapctl.RunAsync("verify", Place, "--json")).Ended(3).Json.GetProperty("damages").EnumerateArray());
        Assert.Equal(("s-1", 65536L), (range.GetProperty("snapshotId").GetString(), range.GetProperty("lengthBytes").GetInt64()));
        var offset = range.GetProperty("offsetBytes").GetInt32();
        var named = $"damaged range of s-1: 65536 bytes at byte {offset}";

        Assert.Contains(named, (await snapctl.RunAsync("restore", Place, "s-1", snapctl.At("whole"))).Ended(3).Text, StringComparison.Ordinal);
        Assert.False(File.Exists(snapctl.At("whole")));
        Assert.Contains(named, (await snapctl.RunAsync("restore", Place, "s-1", "-")).Ended(3).Errors, StringComparison.Ordinal);
        (await snapctl.RunAsync("restore", Place, "s-1", snapctl.At("rest"), "--skip-damaged")).Ended(3);
        content.AsSpan(offset, 65536).Clear();
        Assert.Equal(content, await File.ReadAllBytesAsync(snapctl.At("rest")));
    }

    [Fact]
    public async Task A_damaged_root_does_not_hide_the_others()
    {
        await StoreAsync(encrypted: false);
        await File.WriteAllTextAsync(Path.Combine(Place, "snapshots", "s-0"), "nothing");
        var listed = (await snapctl.RunAsync("list", Place)).Ended(3);
        Assert.Contains("s-1", listed.Text, StringComparison.Ordinal);
        Assert.Contains("snapshots/s-0", listed.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_reading_any_more_ends_a_restore()
    {
        await StoreAsync(encrypted: false);
        using var process = snapctl.Start(keys: null, "restore", Place, "s-1", "-");
        process.StandardOutput.Close();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal((141, ""), (process.ExitCode, await process.StandardError.ReadToEndAsync()));
    }

    [Fact]
    public async Task A_repository_in_use_is_refused_with_the_name_of_its_holder()
    {
        await StoreAsync(encrypted: false);
        using var held = FileObjectStore.Open(OsFileSystem.Instance, Place);
        Assert.Contains($"is locked by process {Environment.ProcessId}", (await snapctl.RunAsync("list", Place)).Ended(6).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task A_stopped_backup_leaves_a_repository_that_goes_on(string signal, int code)
    {
        var image = snapctl.At("disk.img");
        var content = Images.Write(image, seed: 1);
        (await snapctl.RunAsync("backup", Place, image, "--create", "--id", "first", "--disk", "other")).Ended(0);
        new Random(5).NextBytes(content.AsSpan(1 << 20, 20 << 20));
        Images.Save(image, content);
        using var process = snapctl.Start(keys: null, "backup", Place, image, "--id", "second", "--rate", "1000000");
        // The signal must come when it works, neither before it listens nor after the end: its index is there by then.
        while (!File.ReadLines("/proc/locks").Any(line => line.Contains($" {process.Id} ", StringComparison.Ordinal))) await Task.Yield();
        using (var kill = System.Diagnostics.Process.Start("kill", ["-" + signal, $"{process.Id}"])) await kill.WaitForExitAsync();
        var stopped = (await Snapctl.EndAsync(process)).Ended(code);
        Assert.Contains("Stopped.", stopped.Errors, StringComparison.Ordinal);

        (await snapctl.RunAsync("verify", Place)).Ended(0);
        (await snapctl.RunAsync("backup", Place, image, "--id", "second")).Ended(0);
        Assert.Equal(content, (await snapctl.RunAsync("restore", Place, "second", "-")).Ended(0).Output);
    }

    public void Dispose() => snapctl.Dispose();

    private async Task<byte[]> StoreAsync(bool encrypted)
    {
        var disk = new MemoryBlockDevice(16 << 20);
        var content = new byte[16 << 20];
        new Random(7).NextBytes(content.AsSpan(2 << 20, 9 << 20));
        disk.Write(2 << 20, content.AsSpan(2 << 20, 9 << 20));
        using var store = FileObjectStore.Open(OsFileSystem.Instance, Place);
        using var repository = await Repository.OpenAsync(store, new RepositoryOptions { Time = TimeProvider.System, Keys = KeyRing.Parse("the tests", Keys) }, CancellationToken.None);
        await repository.UploadAsync(
            new SnapshotUpload { SnapshotId = "s-1", DiskId = "d-1", Source = disk, Changed = disk.Extents(0, disk.LengthBytes).Where(extent => extent.Kind == ExtentKind.Data), Key = encrypted ? DataKey.Create(Guid.CreateVersion7()) : null },
            progress: null,
            CancellationToken.None);
        return content;
    }
}
