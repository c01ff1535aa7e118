using System.Text;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Disks;

/// <summary>Encrypted disks from their making to their end: what is stored of them tells nothing, and without their key they are gone.</summary>
public sealed class EncryptedDiskTests : IAsyncLifetime
{
    /// <summary>Compresses away where it is not encrypted first, and is found in a file where it is not encrypted at all.</summary>
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("the formula of the secret sauce");

    private static readonly byte[] Image = [.. Enumerable.Repeat(Secret, (1 << 20) / Secret.Length).SelectMany(each => each)];
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync(settings: KeysOf(1));

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private static Dictionary<string, string?> KeysOf(params int[] numbers)
        => new() { ["Portal:Encryption:Keys"] = string.Join(';', numbers.Select(number => $"kek-{number} {Convert.ToBase64String(Images.Random(number, 32))}")) };

    private async Task<string> CreateAsync(string? snapshotId = null, bool encrypted = true, string zone = "local-1a")
        => (await portal.RunAsync(new CreateDisk("local-1", zone) { DiskCategory = "cloud_essd", PerformanceLevel = "PL0", Size = snapshotId is null ? 1 : null, SnapshotId = snapshotId, Encrypted = encrypted })).DiskId;

    private async Task<string> SnapshotAsync(string diskId)
    {
        var id = (await portal.RunAsync(new CreateSnapshot(diskId))).SnapshotId;
        await portal.AccomplishedAsync(id);
        return id;
    }

    private async Task RestartAsync(Dictionary<string, string?> settings)
    {
        var dataPath = portal.DataPath;
        await portal.StopAsync();
        portal = await TestPortal.StartAsync(dataPath, settings);
    }

    private bool IsStoredInTheClear() => Directory.EnumerateFiles(portal.DataPath, "*", SearchOption.AllDirectories)
        .Where(path => path.Contains("/pools/", StringComparison.Ordinal) || path.Contains("/repositories/", StringComparison.Ordinal))
        .Where(path => !path.EndsWith("lock", StringComparison.Ordinal))
        .Any(path => File.ReadAllBytes(path).AsSpan().IndexOf(Secret) >= 0);

    [Fact]
    public async Task Nothing_of_an_encrypted_disk_or_its_snapshots_is_stored_in_the_clear()
    {
        var diskId = await CreateAsync();
        await portal.UploadAsync(diskId, Image);
        var snapshotId = await SnapshotAsync(diskId);
        Assert.Equal((true, "key-local-1"), (await portal.DiskAsync(diskId)) is var disk ? (disk.Encrypted, disk.KMSKeyId) : default);
        Assert.Equal((true, "key-local-1"), (await portal.SnapshotAsync(snapshotId)) is var snapshot ? (snapshot.Encrypted, snapshot.KMSKeyId) : default);
        Assert.False(IsStoredInTheClear());
        Assert.Equal([diskId], (await portal.RunAsync(new DescribeDisks { Encrypted = true })).Disks.Select(each => each.DiskId));

        await portal.UploadAsync(await CreateAsync(encrypted: false), Image);
        Assert.True(IsStoredInTheClear()); // so it would have been found
    }

    [Fact]
    public async Task Encrypted_snapshot_makes_encrypted_disks_in_every_zone_and_their_first_snapshot_is_incremental()
    {
        var diskId = await CreateAsync();
        await portal.UploadAsync(diskId, Image);
        var snapshotId = await SnapshotAsync(diskId);
        foreach (var zone in new[] { "local-1a", "local-1b" })
        {
            var copy = await CreateAsync(snapshotId, encrypted: false, zone);
            Assert.True((await portal.DiskAsync(copy)).Encrypted);
            Assert.Equal(Image, await portal.ReadDiskAsync(copy, Image.Length));
            var own = await portal.SnapshotAsync(await SnapshotAsync(copy));
            Assert.Equal((false, true), (own.IsFull, own.Encrypted));
        }

        await portal.IdleAsync();
        Assert.False(IsStoredInTheClear());
    }

    [Fact]
    public async Task Plain_snapshot_makes_an_encrypted_disk_whose_first_snapshot_is_full()
    {
        var plain = await CreateAsync(encrypted: false);
        await portal.UploadAsync(plain, Image);
        var encrypted = await CreateAsync(await SnapshotAsync(plain));
        Assert.Equal(Image, await portal.ReadDiskAsync(encrypted, Image.Length));
        var own = await portal.SnapshotAsync(await SnapshotAsync(encrypted));
        Assert.Equal((true, true), (own.IsFull, own.Encrypted));
        await portal.IdleAsync();
        Assert.Equal(Image, await portal.ReadDiskAsync(await CreateAsync(own.SnapshotId, zone: "local-1b"), Image.Length));
    }

    [Fact]
    public async Task Restarted_portal_reads_encrypted_disks_with_the_keys_and_locks_them_without()
    {
        var diskId = await CreateAsync();
        await portal.UploadAsync(diskId, Image);
        var snapshotId = await SnapshotAsync(diskId);

        await RestartAsync(KeysOf(1));
        Assert.Equal(Image, await portal.ReadDiskAsync(diskId, Image.Length));

        await RestartAsync(KeysOf(2)); // another key-encryption key
        Assert.True((await portal.DiskAsync(diskId)).IsLocked);
        var refusal = await portal.RefusedAsync(new CreateDisk("local-1", "local-1b") { DiskCategory = "cloud_essd", PerformanceLevel = "PL0", SnapshotId = snapshotId });
        Assert.Equal("KeyUnavailable", refusal.Error.Code);
        Assert.Contains("'kek-1'", refusal.Error.Message, StringComparison.Ordinal);

        await RestartAsync([]);
        Assert.True((await portal.DiskAsync(diskId)).IsLocked);
        await RestartAsync(KeysOf(2, 1));
        Assert.False((await portal.DiskAsync(diskId)).IsLocked);
        Assert.Equal(Image, await portal.ReadDiskAsync(diskId, Image.Length));
    }

    [Fact]
    public async Task Key_goes_with_the_last_that_has_it_from_the_database_and_the_repository()
    {
        var diskId = await CreateAsync();
        await portal.UploadAsync(diskId, Image);
        var snapshotId = await SnapshotAsync(diskId);
        string[] KeyObjects() => Directory.GetFiles(Path.Combine(portal.DataPath, "repositories", "local-1", "keys"));
        Assert.Single(KeyObjects());

        await portal.RunAsync(new DeleteDisk(diskId));
        await portal.IdleAsync();
        Assert.Equal(Image, await portal.ReadDiskAsync(await CreateAsync(snapshotId), Image.Length)); // the snapshot keeps it
        var copy = Assert.Single((await portal.RunAsync(new DescribeDisks())).Disks).DiskId;
        await portal.IdleAsync();

        await portal.RunAsync(new DeleteSnapshot(snapshotId) { Force = true });
        await portal.IdleAsync();
        await portal.RunAsync(new DeleteDisk(copy));
        await portal.IdleAsync();
        Assert.Empty(KeyObjects());
        await using var scope = portal.Services.CreateAsyncScope();
        Assert.Empty(scope.ServiceProvider.GetRequiredService<Data.PortalDb>().DiskKeys);
    }

    [Fact]
    public async Task What_breaks_a_rule_of_encryption_is_refused()
    {
        var empty = new CreateDisk("local-1", "local-1a") { Size = 20 };
        await RefusedAsync(empty with { KMSKeyId = "key-local-1" }, "InvalidEncrypted.NotMatchKmsKeyId");
        await RefusedAsync(empty with { KMSKeyId = "key-of-mine", Encrypted = true }, "InvalidParameter.KMSKeyId.NotFound");
        var diskId = await CreateAsync();
        await portal.UploadAsync(diskId, Image);
        await RefusedAsync(empty with { SnapshotId = await SnapshotAsync(diskId), KMSKeyId = "key-of-mine" }, "InvalidKmsKeyId.NotMatchSnapshot");

        async Task RefusedAsync(CreateDisk request, string code) => Assert.Equal(code, (await portal.RefusedAsync(request)).Error.Code);
    }

    [Theory]
    [InlineData("Portal:Encryption:Keys", "kek-1 c2hvcnQ=", "holds no key of 32 bytes")]
    [InlineData("Portal:Encryption:KeyFile", "/nowhere/keys", "/nowhere/keys")]
    public async Task Keys_that_cannot_be_read_end_the_start(string key, string value, string named)
    {
        var refusal = await Assert.ThrowsAsync<PortalStartException>(() => TestPortal.StartAsync(settings: new() { [key] = value }));
        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Portal:Encryption", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Roll_back_and_its_undo_stay_encrypted_and_work_after_a_restart()
    {
        var diskId = await CreateAsync();
        await portal.UploadAsync(diskId, Image);
        var snapshotId = await SnapshotAsync(diskId);
        await portal.UploadAsync(diskId, Images.Random(2, Image.Length));
        var done = await portal.RunAsync(new ResetDisk(diskId, snapshotId));
        await portal.IdleAsync();
        await RestartAsync(KeysOf(1));
        Assert.Equal(Image, await portal.ReadDiskAsync(diskId, Image.Length));
        await portal.RunAsync(new UndoResetDisk(diskId, done.RollBackId));
        Assert.Equal(Images.Random(2, Image.Length), await portal.ReadDiskAsync(diskId, Image.Length));
        Assert.False(IsStoredInTheClear());
    }
}
