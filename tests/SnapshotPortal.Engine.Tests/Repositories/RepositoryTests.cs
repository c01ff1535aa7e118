using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.Testing;
using static SnapshotPortal.Engine.Tests.Repositories.RepositoryScene;

namespace SnapshotPortal.Engine.Tests.Repositories;

public sealed class RepositoryTests
{
    private readonly RepositoryScene scene = new();

    [Fact]
    public async Task A_repository_is_made_once_and_found_again()
    {
        var first = await scene.OpenAsync();
        var second = await scene.OpenAsync();

        Assert.Equal(first.Id, second.Id);
        Assert.Equal(["config"], scene.Memory.Objects.Keys);
        Assert.Empty(await ListAsync(second));
    }

    [Fact]
    public async Task A_full_upload_restores_identically_and_tells_its_sizes()
    {
        var disk = scene.Disk(chunks: 40, writes: 30);
        var repository = await scene.OpenAsync();
        var before = scene.Memory.Objects.Values.Sum(o => (long)o.Length);

        var info = await repository.UploadAsync(Full("s-1", disk) with { Labels = new Dictionary<string, string> { ["name"] = "Tägliche" } }, null, None);

        Assert.True(info.IsFull);
        Assert.Equal(disk.LengthBytes, info.LengthBytes);
        Assert.Equal(scene.Memory.Objects.Values.Sum(o => (long)o.Length) - before, info.StoredBytes);
        Assert.Equal("Tägliche", info.Labels["name"]);
        Assert.Equal(HashOf(disk), await RestoredHashAsync(await scene.OpenAsync(), "s-1"));
        Assert.Equivalent(info, Assert.Single(await ListAsync(await scene.OpenAsync())));
    }

    [Fact]
    public async Task An_empty_disk_is_a_snapshot_without_content()
    {
        var disk = new MemoryBlockDevice(Limits.DiskBytesMax);
        var repository = await scene.OpenAsync();

        var info = await repository.UploadAsync(Full("s-1", disk), null, None);

        Assert.Equal((0, 0), (info.FullBytes, info.ReadBytes));
        Assert.Equal(["config", "snapshots/s-1"], scene.Memory.Objects.Keys);
        await repository.RestoreAsync("s-1", disk, null, None);
        Assert.Empty(disk.ChangedSince(0));
    }

    [Fact]
    public async Task The_last_byte_of_the_largest_disk_is_stored()
    {
        var disk = new MemoryBlockDevice(Limits.DiskBytesMax);
        disk.Write(disk.LengthBytes - 1, [7]);
        var repository = await scene.OpenAsync();

        var info = await repository.UploadAsync(Full("s-1", disk), null, None);

        var stored = await repository.OpenSnapshotAsync("s-1", None);
        var read = new byte[2];
        stored.Read(disk.LengthBytes - 2, read);
        Assert.Equal([0, 7], read);
        Assert.Equal(Limits.ChunkBytes, info.FullBytes);
        Assert.Equal([new Extent(0, disk.LengthBytes - Limits.ChunkBytes, ExtentKind.Hole), new Extent(disk.LengthBytes - Limits.ChunkBytes, Limits.ChunkBytes, ExtentKind.Data)], stored.Extents(0, disk.LengthBytes));
    }

    [Fact]
    public async Task Trimming_the_largest_disk_drops_branches_without_walking_them()
    {
        var disk = new MemoryBlockDevice(Limits.DiskBytesMax);
        for (var i = 0L; i < 64; i++) disk.Write(i << 40, [1]);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk), null, None);
        var gets = scene.Faulty.Count(StoreCall.Get);

        var info = await repository.UploadAsync(
            new SnapshotUpload { SnapshotId = "s-2", DiskId = "d-1", Source = disk, Changed = [new Extent(4096, disk.LengthBytes - 4096, ExtentKind.Zero)], PredecessorId = "s-1" }, null, None);

        Assert.Equal(Limits.ChunkBytes, info.ReadBytes);
        Assert.Equal(Limits.ChunkBytes, info.FullBytes);
        Assert.InRange(scene.Faulty.Count(StoreCall.Get) - gets, 1, 100);
    }

    [Fact]
    public async Task Equal_chunks_are_stored_once_and_zeroes_never()
    {
        var disk = new MemoryBlockDevice(100 * Limits.ChunkBytes);
        var noise = new byte[Limits.ChunkBytes];
        scene.Random.NextBytes(noise);
        for (var i = 0; i < 50; i++) disk.Write(i * 2L * Limits.ChunkBytes, noise);
        for (var i = 0; i < 50; i++) disk.Write((i * 2L + 1) * Limits.ChunkBytes, new byte[Limits.ChunkBytes]);
        var repository = await scene.OpenAsync();

        var info = await repository.UploadAsync(Full("s-1", disk), null, None);

        Assert.InRange(info.StoredBytes, Limits.ChunkBytes, Limits.ChunkBytes + 4096);
        Assert.Equal(50L * Limits.ChunkBytes, info.FullBytes);
    }

    [Fact]
    public async Task An_incremental_upload_does_work_for_what_changed_only()
    {
        var disk = new MemoryBlockDevice(2000L * Limits.ChunkBytes);
        var noise = new byte[Limits.ChunkBytes];
        for (var i = 0L; i < 2000; i++)
        {
            scene.Random.NextBytes(noise.AsSpan(0, 64));
            disk.Write(i * Limits.ChunkBytes, noise.AsSpan(0, 4096));
        }
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk), null, None);
        var epoch = disk.EndEpoch();
        for (var i = 0; i < 40; i++)
        {
            scene.Random.NextBytes(noise);
            disk.Write((i * 50L + 7) * Limits.ChunkBytes + 4096, noise.AsSpan(0, 4096));
        }
        var (puts, gets, lists) = (scene.Faulty.Count(StoreCall.Put), scene.Faulty.Count(StoreCall.Get), scene.Faulty.Count(StoreCall.List));

        var upload = Incremental("s-2", disk, "s-1", epoch);
        var info = await repository.UploadAsync(upload, null, None);

        Assert.Equal(40L * Limits.ChunkBytes, info.ReadBytes);
        Assert.Equal(40L * Limits.ChunkBytes, ((MemoryBlockDevice)upload.Source).ReadBytes);
        Assert.InRange(info.StoredBytes, 40 * 4096, 40 * 4096 + 40 * 300);      // the changes, and what manifest they need
        Assert.InRange(scene.Faulty.Count(StoreCall.Put) - puts, 3, 3);         // a pack of chunks, one of pages, the root
        Assert.InRange(scene.Faulty.Count(StoreCall.Get) - gets, 0, 20);
        Assert.Equal(lists, scene.Faulty.Count(StoreCall.List));
        Assert.Equal(HashOf(disk), await RestoredHashAsync(await scene.OpenAsync(), "s-2"));
    }

    [Fact]
    public async Task Nothing_changed_costs_a_root()
    {
        var disk = scene.Disk(40, 30);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk), null, None);
        var epoch = disk.EndEpoch();
        var puts = scene.Faulty.Count(StoreCall.Put);

        var info = await repository.UploadAsync(Incremental("s-2", disk, "s-1", epoch), null, None);

        Assert.Equal(1, scene.Faulty.Count(StoreCall.Put) - puts);
        Assert.Equal(0, info.ReadBytes);
        Assert.Equal(scene.Memory.Objects["snapshots/s-2"].Length, info.StoredBytes);
        Assert.Equal(HashOf(disk), await RestoredHashAsync(repository, "s-2"));
    }

    [Fact]
    public async Task A_disk_may_have_grown_but_not_shrunk()
    {
        var small = scene.Disk(10, 20);
        var grown = new MemoryBlockDevice(small.LengthBytes + 4096);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", small), null, None);

        await repository.UploadAsync(new SnapshotUpload { SnapshotId = "s-2", DiskId = "d-1", Source = grown, Changed = [], PredecessorId = "s-1" }, null, None);
        await Assert.ThrowsAsync<ArgumentException>(() => repository.UploadAsync(Full("s-3", small) with { PredecessorId = "s-2" }, null, None));

        var target = new MemoryBlockDevice(grown.LengthBytes);
        await repository.RestoreAsync("s-2", target, null, None);
        Assert.Equal(HashOf(small), HashOf(target, small.LengthBytes));
    }

    [Fact]
    public async Task A_predecessor_that_is_not_there_is_refused()
    {
        var repository = await scene.OpenAsync();

        var thrown = await RefusedAsync(() => repository.UploadAsync(Full("s-2", scene.Disk(1, 1)) with { PredecessorId = "s-1" }, null, None));

        Assert.Equal(EngineFault.Missing, thrown.Fault);
        Assert.Contains("s-1", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Uploading_a_complete_snapshot_again_returns_it_and_stores_nothing()
    {
        var disk = scene.Disk(40, 30);
        var repository = await scene.OpenAsync();
        var first = await repository.UploadAsync(Full("s-1", disk), null, None);
        var epoch = disk.EndEpoch();
        scene.Change(disk);
        var second = await repository.UploadAsync(Incremental("s-2", disk, "s-1", epoch), null, None);
        await repository.DeleteAsync("s-1", None);
        var objects = scene.Memory.Objects;

        var again = await repository.UploadAsync(Incremental("s-2", disk, "s-1", epoch), null, None);

        Assert.Equivalent(second, again);
        Assert.Same(objects, scene.Memory.Objects);
        Assert.NotEqual(first.SnapshotId, again.SnapshotId);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Uploading_other_content_under_a_complete_id_is_refused(bool less)
    {
        var disk = scene.Disk(40, 30);
        disk.Write(0, [1]);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk), null, None);
        var objects = scene.Memory.Objects;
        if (less) disk.Trim(0, Limits.ChunkBytes);
        else disk.Write(5, [1, 2, 3]);

        var thrown = await RefusedAsync(() => repository.UploadAsync(Full("s-1", disk), null, None));

        Assert.Equal(EngineFault.Exists, thrown.Fault);
        Assert.Same(objects, scene.Memory.Objects);
    }

    [Fact]
    public async Task A_full_upload_again_without_a_range_that_was_there_is_refused()
    {
        var disk = scene.Disk(40, 30);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk), null, None);

        var thrown = await RefusedAsync(() => repository.UploadAsync(Full("s-1", disk) with { Changed = [] }, null, None));

        Assert.Equal(EngineFault.Exists, thrown.Fault);
    }

    [Fact]
    public async Task Restoring_clears_what_the_target_held_and_leaves_what_lies_behind()
    {
        var disk = scene.Disk(20, 6);
        var target = scene.Disk(22, 60);
        target.Write(disk.LengthBytes, [9, 9, 9]);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk), null, None);

        await repository.RestoreAsync("s-1", target, null, None);

        Assert.Equal(HashOf(disk), HashOf(target, disk.LengthBytes));
        var behind = new byte[3];
        target.Read(disk.LengthBytes, behind);
        Assert.Equal([9, 9, 9], behind);
    }

    [Fact]
    public async Task A_target_that_is_too_small_is_refused_untouched()
    {
        var disk = scene.Disk(20, 6);
        var target = new MemoryBlockDevice(disk.LengthBytes - 4096);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk), null, None);

        await Assert.ThrowsAsync<ArgumentException>(() => repository.RestoreAsync("s-1", target, null, None));

        Assert.Empty(target.ChangedSince(0));
    }

    [Fact]
    public async Task Progress_ends_at_its_totals_and_never_goes_back()
    {
        var disk = new MemoryBlockDevice(50L * Limits.ChunkBytes + 4096);
        for (var i = 0; i < 60; i++) scene.Change(disk);
        disk.Write(disk.LengthBytes - 1, [1]);
        var repository = await scene.OpenAsync();
        var up = new Reports<UploadProgress>();
        var down = new Reports<RestoreProgress>();

        var info = await repository.UploadAsync(Full("s-1", disk), up, None);
        await repository.RestoreAsync("s-1", new MemoryBlockDevice(disk.LengthBytes), down, None);

        Assert.Equal(info.ReadBytes, up.All[^1].DoneBytes);
        Assert.All(up.All, p => Assert.Equal(info.ReadBytes, p.TotalBytes));
        Assert.Equal(up.All.OrderBy(p => p.DoneBytes), up.All);
        Assert.Equal(info.FullBytes, down.All[^1].DoneBytes);
        Assert.All(down.All, p => Assert.Equal(info.FullBytes, p.TotalBytes));
        Assert.Equal(down.All.OrderBy(p => p.DoneBytes), down.All);
    }

    [Fact]
    public async Task Deleting_is_at_once_and_repeatable()
    {
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", scene.Disk(4, 4)), null, None);

        await repository.DeleteAsync("s-1", None);
        await repository.DeleteAsync("s-1", None);

        Assert.Null(await repository.FindAsync("s-1", None));
        Assert.Equal(EngineFault.Missing, (await RefusedAsync(() => repository.OpenSnapshotAsync("s-1", None))).Fault);
        Assert.Equal(EngineFault.Missing, (await RefusedAsync(() => repository.RestoreAsync("s-1", scene.Disk(4, 0), null, None))).Fault);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("..")]
    [InlineData("S-1")]
    [InlineData("s-0123456789012345678901234567890123456789012345678901234567890123456789")]
    public async Task An_id_outside_the_rules_is_refused(string id)
    {
        var repository = await scene.OpenAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => repository.UploadAsync(Full(id, scene.Disk(1, 1)), null, None));
        await Assert.ThrowsAsync<ArgumentException>(() => repository.FindAsync(id, None));
        await Assert.ThrowsAsync<ArgumentException>(() => repository.DeleteAsync(id, None));
    }

    [Fact]
    public async Task Ranges_outside_the_disk_or_out_of_order_are_refused_before_anything_is_read()
    {
        var disk = scene.Disk(4, 4);
        var upload = Full("s-1", disk);
        var repository = await scene.OpenAsync();
        Extent[][] wrong =
        [
            [new(0, disk.LengthBytes + 4096, ExtentKind.Data)],
            [new(-4096, 8192, ExtentKind.Data)],
            [new(8192, 4096, ExtentKind.Data), new(0, 4096, ExtentKind.Data)],
            [new(0, 8192, ExtentKind.Data), new(4096, 4096, ExtentKind.Zero)],
            [new(0, 0, ExtentKind.Data)],
        ];

        foreach (var changed in wrong) await Assert.ThrowsAsync<ArgumentException>(() => repository.UploadAsync(upload with { Changed = changed }, null, None));

        Assert.Equal(0, ((MemoryBlockDevice)upload.Source).ReadBytes);
    }

    [Fact]
    public async Task A_stored_snapshot_takes_no_changes()
    {
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", scene.Disk(4, 4)), null, None);
        var stored = await repository.OpenSnapshotAsync("s-1", None);

        Assert.True(stored.IsReadOnly);
        Assert.Equal(EngineFault.ReadOnly, Assert.Throws<EngineException>(() => stored.Write(0, [1])).Fault);
        Assert.Equal(EngineFault.ReadOnly, Assert.Throws<EngineException>(() => stored.WriteZeroes(0, 1)).Fault);
        Assert.Equal(EngineFault.ReadOnly, Assert.Throws<EngineException>(() => stored.Trim(0, 1)).Fault);
        Assert.Throws<ArgumentOutOfRangeException>(() => stored.Read(stored.LengthBytes, new byte[1]));
    }

    [Fact]
    public async Task Only_one_upload_of_an_id_runs_at_a_time()
    {
        var disk = scene.Disk(40, 30);
        var repository = await scene.OpenAsync();
        var begun = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        scene.Faulty.Before = (call, _, _) =>
        {
            if (call != StoreCall.Put) return;
            begun.TrySetResult();
            goOn.Task.Wait();
        };

        var first = Task.Run(() => repository.UploadAsync(Full("s-1", disk), null, None));
        await begun.Task;
        var thrown = await RefusedAsync(() => repository.UploadAsync(Full("s-1", disk), null, None));
        goOn.SetResult();
        await first;

        Assert.Equal(EngineFault.Locked, thrown.Fault);
    }

    [Fact]
    public async Task Many_uploads_and_restores_run_side_by_side()
    {
        var repository = await scene.OpenAsync();
        var disks = Enumerable.Range(0, 6).Select(_ => scene.Disk(40, 40)).ToArray();

        await Task.WhenAll(disks.Select((disk, i) => Task.Run(async () =>
        {
            await repository.UploadAsync(Full($"s-{i}", disk), null, None);
            Assert.Equal(HashOf(disk), await RestoredHashAsync(repository, $"s-{i}"));
        })));

        Assert.Equal(6, (await ListAsync(repository)).Count);
    }

    private sealed class Reports<T> : IProgress<T>
    {
        public List<T> All { get; } = [];

        public void Report(T value)
        {
            lock (All) All.Add(value);
        }
    }
}
