using System.Security.Cryptography;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Tool.Tests;

public sealed class PoolCommandTests : IDisposable
{
    private readonly Snapctl snapctl = new();

    private string Place => snapctl.At("pool");

    [Fact]
    public async Task A_check_of_a_pool_that_crashed_finds_it_sound_and_changes_nothing()
    {
        Fill();
        var before = Hashes();
        var document = (await snapctl.RunAsync("pool", "check", Place, "--json")).Ended(0).Json;
        var toRecover = document.GetProperty("recoveryBytes").GetInt64();
        Assert.Equal("disk", document.GetProperty("disks")[0].GetProperty("name").GetString());
        Assert.Equal(before, Hashes());

        (await snapctl.RunAsync("pool", "repair", Place)).Ended(0);
        Assert.NotEqual(before, Hashes());
        Assert.InRange((await snapctl.RunAsync("pool", "check", Place, "--json")).Ended(0).Json.GetProperty("recoveryBytes").GetInt64(), 0, toRecover - 1);
    }

    [Fact]
    public async Task Damage_is_named_by_disk_and_range()
    {
        Fill();
        (await snapctl.RunAsync("pool", "repair", Place)).Ended(0);
        var segment = new DirectoryInfo(Place).EnumerateFiles().OrderByDescending(file => file.Length).First(file => file.Name.StartsWith("segment-", StringComparison.Ordinal));
        using (var file = File.OpenHandle(segment.FullName, FileMode.Open, FileAccess.ReadWrite)) RandomAccess.Write(file, new byte[4096], 1 << 20);
        foreach (var command in (string[])["check", "repair"])
            Assert.Contains("damaged range of the disk disk: 4096 bytes at byte", (await snapctl.RunAsync("pool", command, Place)).Ended(3).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_pool_does_not_become_one()
    {
        Directory.CreateDirectory(Place);
        foreach (var command in (string[])["check", "repair"]) (await snapctl.RunAsync("pool", command, Place)).Ended(4);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Place));
    }

    public void Dispose() => snapctl.Dispose();

    /// <summary>Makes a pool as a kill leaves it: what was written since the beginning is in the log only.</summary>
    private void Fill()
    {
        var live = snapctl.At("live");
        using var pool = Pool.Open(OsFileSystem.Instance, live, new PoolOptions { SegmentBytes = 8 << 20, BackgroundCheckpoints = false });
        var disk = pool.CreateDisk("disk", 64 << 20);
        var content = new byte[4 << 20];
        new Random(3).NextBytes(content);
        disk.Write(0, content);
        disk.Write(32 << 20, content);
        pool.Flush();
        Directory.CreateDirectory(Place);
        foreach (var file in new DirectoryInfo(live).EnumerateFiles().Where(file => file.Name != "lock")) file.CopyTo(Path.Combine(Place, file.Name));
    }

    private string[] Hashes() => [.. new DirectoryInfo(Place).EnumerateFiles().Where(file => file.Name != "lock").OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => $"{file.Name} {Hash(file.FullName)}")];

    private static string Hash(string path)
    {
        using var file = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(file));
    }
}
