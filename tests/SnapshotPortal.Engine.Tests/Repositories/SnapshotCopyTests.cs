using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.Testing;
using static SnapshotPortal.Engine.Tests.Repositories.RepositoryScene;

namespace SnapshotPortal.Engine.Tests.Repositories;

public sealed class SnapshotCopyTests
{
    private readonly RepositoryScene here = new(31);
    private readonly RepositoryScene there = new(32) { Options = new RepositoryScene().Options with { NewId = () => new Guid("01234567-89ab-cdef-0123-000000000002") } };

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task A_copy_is_the_same_content_and_an_incremental_one_sends_what_differs(bool isEncryptedHere, bool isEncryptedThere)
    {
        var (source, disk, epoch) = await BeginAsync(isEncryptedHere);
        var target = await there.OpenAsync();
        var key = isEncryptedThere ? EncryptionTests.Key : null;
        await source.CopyAsync(new SnapshotCopy { SnapshotId = "s-1", Key = key }, target, null, None);
        Assert.Equal(HashOf(disk), await RestoredHashAsync(target, "s-1"));
        disk.Write(7 * Limits.ChunkBytes, "one change"u8);
        disk.Trim(9 * Limits.ChunkBytes, Limits.ChunkBytes);
        await source.UploadAsync(Incremental("s-2", disk, "s-1", epoch) with { Key = isEncryptedHere ? EncryptionTests.Key : null }, null, None);

        var copied = await source.CopyAsync(new SnapshotCopy { SnapshotId = "s-2", Key = key }, target, null, None);

        Assert.Equal(HashOf(disk), await RestoredHashAsync(await there.OpenAsync(), "s-2"));
        Assert.Equal(Limits.ChunkBytes, copied.ReadBytes);
        Assert.Equal(("s-1", key?.Id), (copied.PredecessorId, copied.KeyId));
        Assert.Equivalent(copied, await source.CopyAsync(new SnapshotCopy { SnapshotId = "s-2", Key = key }, target, null, None));
    }

    [Fact]
    public async Task A_copy_cut_short_at_any_put_is_taken_up_and_stores_nothing_twice()
    {
        var (source, disk, _) = await BeginAsync(isEncrypted: false);
        for (var put = 1; put < 5; put++)
        {
            var cut = new RepositoryScene(40 + put) { Options = there.Options };
            cut.Faulty.FailAt(StoreCall.Put, put + 1, forGood: true);   // the config is put first
            var target = await cut.OpenAsync();
            await RefusedAsync(() => source.CopyAsync(new SnapshotCopy { SnapshotId = "s-1" }, target, null, None));
            cut.Faulty.Before = null;

            var copied = await source.CopyAsync(new SnapshotCopy { SnapshotId = "s-1" }, target, null, None);

            Assert.Equal(cut.Memory.Objects.Where(o => o.Key != "config").Sum(o => (long)o.Value.Length), copied.StoredBytes);
            Assert.Equal(HashOf(disk), await RestoredHashAsync(target, "s-1"));
        }
    }

    [Fact]
    public async Task A_copy_whose_predecessor_is_under_another_key_there_is_full()
    {
        var (source, disk, epoch) = await BeginAsync(isEncrypted: false);
        var target = await there.OpenAsync();
        await source.CopyAsync(new SnapshotCopy { SnapshotId = "s-1" }, target, null, None);
        disk.Write(0, [1]);
        await source.UploadAsync(Incremental("s-2", disk, "s-1", epoch), null, None);

        var copied = await source.CopyAsync(new SnapshotCopy { SnapshotId = "s-2", TargetSnapshotId = "c-2", Key = EncryptionTests.Key }, target, null, None);

        Assert.True(copied.IsFull);
        Assert.Equal(HashOf(disk), await RestoredHashAsync(target, "c-2"));
    }

    private async Task<(Repository Source, MemoryBlockDevice Disk, uint Epoch)> BeginAsync(bool isEncrypted)
    {
        var source = await here.OpenAsync();
        var disk = new MemoryBlockDevice(30L * Limits.ChunkBytes + 8192);
        var noise = new byte[disk.LengthBytes];
        here.Random.NextBytes(noise);
        disk.Write(0, noise);
        disk.Trim(20 * Limits.ChunkBytes, 3 * Limits.ChunkBytes);
        await source.UploadAsync(Full("s-1", disk) with { Key = isEncrypted ? EncryptionTests.Key : null }, null, None);
        return (source, disk, disk.EndEpoch());
    }
}
