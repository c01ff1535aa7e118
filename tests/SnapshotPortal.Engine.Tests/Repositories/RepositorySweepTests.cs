using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.Testing;
using static SnapshotPortal.Engine.Tests.Repositories.RepositoryScene;

namespace SnapshotPortal.Engine.Tests.Repositories;

public sealed class RepositorySweepTests
{
    private readonly RepositoryScene scene = new(5);

    public static TheoryData<StoreCall, int> Moments
    {
        get
        {
            var moments = new TheoryData<StoreCall, int>();
            foreach (var call in (StoreCall[])[StoreCall.Put, StoreCall.Get, StoreCall.Find])
            {
                for (var number = 1; number <= 12; number++) moments.Add(call, number);
            }
            return moments;
        }
    }

    [Fact]
    public async Task A_plan_deletes_nothing_and_its_execution_what_it_said()
    {
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", scene.Disk(20, 20)), null, None);
        await repository.UploadAsync(Full("s-2", scene.Disk(20, 20)), null, None);
        Assert.Empty((await repository.PlanSweepAsync(None)).Objects);
        await repository.DeleteAsync("s-1", None);
        var objects = scene.Memory.Objects;

        var plan = await repository.PlanSweepAsync(None);
        Assert.Same(objects, scene.Memory.Objects);
        var done = await repository.ExecuteAsync(plan, None);

        Assert.NotEmpty(plan.Objects);
        Assert.Equal(plan.Objects, done.Objects);
        Assert.Equal(objects.Keys.Except(plan.Objects.Select(o => o.Name)), scene.Memory.Objects.Keys);
        Assert.Equal(objects.Values.Sum(o => o.Length) - plan.FreedBytes, scene.Memory.Objects.Values.Sum(o => o.Length));
        Assert.Equal(scene.Packs.Count(), plan.KeptObjects);
        Assert.Empty((await repository.ExecuteAsync(plan, None)).Objects);
    }

    [Fact]
    public async Task What_came_into_use_since_the_plan_stays()
    {
        var disk = scene.Disk(20, 20);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk), null, None);
        await repository.DeleteAsync("s-1", None);
        var plan = await repository.PlanSweepAsync(None);
        await repository.UploadAsync(Full("s-2", disk), null, None);

        var done = await repository.ExecuteAsync(plan, None);

        Assert.Empty(done.Objects);
        Assert.Equal(HashOf(disk), await RestoredHashAsync(repository, "s-2"));
    }

    [Fact]
    public async Task A_sweep_cut_short_is_finished_by_the_next()
    {
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", scene.Disk(40, 60)), null, None);
        await repository.DeleteAsync("s-1", None);
        scene.Faulty.FailAt(StoreCall.Delete, 2);

        await RefusedAsync(() => SweepAsync(repository));
        scene.Faulty.Before = null;
        await SweepAsync(repository);

        Assert.Equal(["config"], scene.Memory.Objects.Keys);
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task An_upload_keeps_what_it_relies_on_whenever_its_predecessor_is_deleted_and_swept(StoreCall call, int number)
    {
        var disk = scene.Disk(40, 60);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-0", disk), null, None);      // leaves equal chunks that nothing refers to
        await repository.UploadAsync(Full("s-1", disk), null, None);
        await repository.DeleteAsync("s-0", None);
        var epoch = disk.EndEpoch();
        for (var i = 0; i < 20; i++) scene.Change(disk);
        AtThat(call, number, repository, "s-1");

        var thrown = await Record.ExceptionAsync(() => repository.UploadAsync(Incremental("s-2", disk, "s-1", epoch), null, None));
        scene.Faulty.Before = null;

        await SweepAsync(repository);
        if (thrown is null) Assert.Equal(HashOf(disk), await RestoredHashAsync(await scene.OpenAsync(), "s-2"));
        else Assert.Equal(EngineFault.Missing, Assert.IsType<EngineException>(thrown).Fault);   // deleted before it was leased
    }

    [Theory]
    [MemberData(nameof(Moments))]
    public async Task A_restore_keeps_what_it_reads_whenever_its_snapshot_is_deleted_and_swept(StoreCall call, int number)
    {
        var disk = scene.Disk(40, 60);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk), null, None);
        var target = new MemoryBlockDevice(disk.LengthBytes);
        AtThat(call, number, repository, "s-1");

        var thrown = await Record.ExceptionAsync(() => repository.RestoreAsync("s-1", target, null, None));

        if (thrown is null) Assert.Equal(HashOf(disk), HashOf(target));
        else Assert.Equal(EngineFault.Missing, Assert.IsType<EngineException>(thrown).Fault);
    }

    [Fact]
    public async Task Uploads_sweeps_and_deletions_at_the_same_time_lose_nothing()
    {
        var repository = await scene.OpenAsync();
        var disks = Enumerable.Range(0, 3).Select(_ => scene.Disk(20, 20)).ToArray();
        using var ended = new CancellationTokenSource();
        var sweeping = Task.Run(async () =>
        {
            while (!ended.IsCancellationRequested) await SweepAsync(repository);
        });

        // The same content again and again, so that each upload wants what the sweep is about to delete.
        await Task.WhenAll(disks.Select((disk, i) => Task.Run(async () =>
        {
            for (var round = 0; round < 15; round++)
            {
                var id = $"s-{i}-{round}";
                await repository.UploadAsync(Full(id, disk), null, None);
                Assert.Equal(HashOf(disk), await RestoredHashAsync(repository, id));
                await repository.DeleteAsync(id, None);
            }
        })));
        await ended.CancelAsync();
        await sweeping;

        await SweepAsync(repository);
        Assert.Equal(["config"], scene.Memory.Objects.Keys);
    }

    [Fact]
    public async Task A_mostly_dead_pack_is_rewritten_and_every_snapshot_stays()
    {
        var (repository, disk, kept) = await MostlyDeadAsync();
        var before = scene.Memory.Objects.Values.Sum(o => (long)o.Length);

        var plan = await repository.PlanSweepAsync(None);
        var done = await SweepAsync(repository);

        Assert.NotEmpty(plan.Rewritten);
        Assert.Equal(plan.Rewritten, done.Rewritten);
        Assert.InRange(scene.Memory.Objects.Values.Sum(o => (long)o.Length), 1, before / 2);
        Assert.Equal(kept, await RestoredHashAsync(repository, "s-2"));
        Assert.Equal(kept, await RestoredHashAsync(await scene.OpenAsync(), "s-2"));
        var again = await repository.PlanSweepAsync(None);
        Assert.Empty(again.Objects);
        Assert.Empty(again.Rewritten);
        Assert.True((await repository.VerifyAsync(new VerifyRequest(), null, None)).IsSound);
        Assert.Equal(disk.LengthBytes, (await repository.FindAsync("s-2", None))!.LengthBytes);
    }

    [Theory]
    [InlineData(StoreCall.Put)]
    [InlineData(StoreCall.Get)]
    [InlineData(StoreCall.Find)]
    [InlineData(StoreCall.List)]
    [InlineData(StoreCall.Delete)]
    public async Task A_rewrite_cut_short_at_any_operation_loses_nothing_and_is_finished_by_the_next(StoreCall call)
    {
        for (var number = 1; ; number++)
        {
            var cut = new RepositorySweepTests();
            var (repository, _, kept) = await cut.MostlyDeadAsync();
            cut.scene.Faulty.FailAt(call, number, forGood: true);
            var thrown = await Record.ExceptionAsync(() => SweepAsync(repository));
            cut.scene.Faulty.Before = null;
            if (number % 2 == 0) repository = await cut.scene.OpenAsync();

            Assert.Equal(kept, await RestoredHashAsync(repository, "s-2"));
            await SweepAsync(repository);
            Assert.Equal(kept, await RestoredHashAsync(repository, "s-2"));
            Assert.Equal(kept, await RestoredHashAsync(await cut.scene.OpenAsync(), "s-2"));
            await SweepAsync(repository);
            var settled = await repository.PlanSweepAsync(None);
            Assert.Empty(settled.Objects);
            Assert.Empty(settled.Rewritten);
            if (thrown is null) break;
            Assert.InRange(number, 1, 500);
        }
    }

    [Fact]
    public async Task Readers_and_uploads_go_on_whatever_is_rewritten_under_them()
    {
        var (repository, disk, kept) = await MostlyDeadAsync();
        var open = await repository.OpenSnapshotAsync("s-2", None);
        open.Read(0, new byte[4096]);
        for (var number = 1; number < 8; number++)
        {
            var (fresh, freshDisk, hash) = await MostlyDeadAsync($"{number}-");
            var count = 0;
            scene.Faulty.Before = (kind, _, _) =>
            {
                if (kind != StoreCall.Get || Interlocked.Increment(ref count) != number) return;
                scene.Faulty.Before = null;
                Task.Run(() => SweepAsync(fresh)).Wait();
            };
            var target = new MemoryBlockDevice(freshDisk.LengthBytes);
            await fresh.RestoreAsync($"{number}-s-2", target, null, None);
            scene.Faulty.Before = null;
            Assert.Equal(hash, HashOf(target));
            await fresh.UploadAsync(Full($"{number}-s-3", freshDisk), null, None);
            Assert.Equal(hash, await RestoredHashAsync(fresh, $"{number}-s-3"));
        }
        await SweepAsync(repository);
        Assert.Equal(kept, HashOf(open));
        Assert.Equal(disk.LengthBytes, open.LengthBytes);
    }

    [Fact]
    public async Task A_damaged_pack_is_neither_copied_nor_deleted()
    {
        var (repository, _, _) = await MostlyDeadAsync();
        var plan = await repository.PlanSweepAsync(None);
        foreach (var rewritten in plan.Rewritten) scene.Memory.Objects[rewritten.Name][20] ^= 1;

        var done = await repository.ExecuteAsync(plan, None);

        Assert.Empty(done.Rewritten);
        Assert.All(plan.Rewritten, rewritten => Assert.Contains(rewritten.Name, scene.Memory.Objects.Keys));
    }

    [Fact]
    public async Task What_was_stored_anew_because_the_first_copy_is_damaged_is_not_swept_in_a_later_life()
    {
        var disk = new MemoryBlockDevice(40L * Limits.ChunkBytes);
        var noise = new byte[disk.LengthBytes / 2];
        scene.Random.NextBytes(noise);
        disk.Write(0, noise);
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", disk), null, None);
        foreach (var name in scene.Packs.Where(name => name.StartsWith("packs/", StringComparison.Ordinal))) scene.Memory.Objects[name][20] ^= 1;
        await repository.VerifyAsync(new VerifyRequest(), null, None);
        // Other chunks before the same ones, so that it is another pack.
        scene.Random.NextBytes(noise);
        disk.Write(noise.Length, noise.AsSpan(0, 5 * Limits.ChunkBytes));
        var upload = Full("s-2", disk);
        await repository.UploadAsync(upload, null, None);

        for (var life = 0; life < 3; life++)
        {
            var later = await scene.OpenAsync();
            await SweepAsync(later);
            await SweepAsync(later);
            Assert.Equal(HashOf(disk), await RestoredHashAsync(later, "s-2"));
        }
    }

    /// <summary>Packs of which s-2 needs a little and nobody the rest.</summary>
    private async Task<(Repository Repository, MemoryBlockDevice Disk, string Hash)> MostlyDeadAsync(string prefix = "")
    {
        var repository = await scene.OpenAsync();
        var disk = new MemoryBlockDevice(30L * Limits.ChunkBytes);
        var noise = new byte[disk.LengthBytes];
        scene.Random.NextBytes(noise);
        disk.Write(0, noise);
        await repository.UploadAsync(Full(prefix + "s-1", disk) with { Key = EncryptionTests.Key }, null, None);
        var epoch = disk.EndEpoch();
        for (var chunk = 0L; chunk < 30; chunk++) if (chunk % 4 != 0) disk.Trim(chunk * Limits.ChunkBytes, Limits.ChunkBytes);
        await repository.UploadAsync(Incremental(prefix + "s-2", disk, prefix + "s-1", epoch) with { Key = EncryptionTests.Key }, null, None);
        await repository.DeleteAsync(prefix + "s-1", None);
        return (repository, disk, HashOf(disk));
    }

    private void AtThat(StoreCall call, int number, Repository repository, string id)
    {
        var count = 0;
        scene.Faulty.Before = (kind, _, _) =>
        {
            if (kind != call || Interlocked.Increment(ref count) != number) return;
            scene.Faulty.Before = null;
            // On another thread, as another caller would; the upload waits at exactly this point.
            Task.Run(async () =>
            {
                await repository.DeleteAsync(id, None);
                await SweepAsync(repository);
            }).Wait();
        };
    }
}
