using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.Testing;
using static SnapshotPortal.Engine.Tests.Repositories.RepositoryScene;

namespace SnapshotPortal.Engine.Tests.Repositories;

/// <summary>Uploads cut short at every put: nothing is lost, nothing is stored twice, nothing stays behind.</summary>
public sealed class InterruptedUploadTests
{
    private const int Puts = 11;

    public enum Cut
    {
        /// <summary>The put fails, as do all later ones.</summary>
        Refused,

        /// <summary>The put is carried out, but its answer is an error.</summary>
        AnswerLost,

        /// <summary>The caller gives up while the put runs.</summary>
        Cancelled,
    }

    public static TheoryData<Cut, int, bool> Cuts
    {
        get
        {
            var cuts = new TheoryData<Cut, int, bool>();
            foreach (var cut in Enum.GetValues<Cut>())
            {
                for (var put = 1; put <= Puts; put++) cuts.Add(cut, put, put % 2 == 0);
            }
            return cuts;
        }
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task An_upload_cut_short_is_taken_up_and_stores_nothing_twice(Cut cut, int put, bool inNewProcess)
    {
        var whole = await UploadedAsync();
        var (scene, disk) = await BeginAsync();
        var repository = await scene.OpenAsync();
        await CutAsync(scene, repository, disk, cut, put);
        Assert.Empty(await ListAsync(repository));

        if (inNewProcess) repository = await scene.OpenAsync();
        var info = await repository.UploadAsync(Full("s-1", disk), null, None);

        Assert.Equal(whole.Scene.Packs, scene.Packs);
        Assert.Equal(whole.Info.StoredBytes, info.StoredBytes);
        Assert.Equal(HashOf(disk), await RestoredHashAsync(await scene.OpenAsync(), "s-1"));
    }

    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task What_an_upload_cut_short_leaves_is_swept(Cut cut, int put, bool inNewProcess)
    {
        var (scene, disk) = await BeginAsync();
        var repository = await scene.OpenAsync();
        await CutAsync(scene, repository, disk, cut, put);

        if (inNewProcess) repository = await scene.OpenAsync();
        await SweepAsync(repository);

        Assert.Equal(["config"], scene.Memory.Objects.Keys);
    }

    [Fact]
    public async Task The_cuts_reach_the_last_put()
    {
        var (scene, _) = await UploadedAsync();

        Assert.Equal(Puts, scene.Packs.Count() + 1);
    }

    [Fact]
    public async Task A_source_that_fails_fails_the_upload_with_its_reason()
    {
        var (scene, disk) = await BeginAsync();
        var upload = Full("s-1", disk);
        ((MemoryBlockDevice)upload.Source).BeforeRead = offset =>
        {
            if (offset > disk.LengthBytes / 2) throw new EngineException(EngineFault.Io, "The platter is scratched.");
        };
        var repository = await scene.OpenAsync();

        var thrown = await RefusedAsync(() => repository.UploadAsync(upload, null, None));

        Assert.Equal("The platter is scratched.", thrown.Message);
        Assert.Empty(await ListAsync(repository));
    }

    [Fact]
    public async Task What_reads_back_otherwise_than_it_was_put_is_no_snapshot()
    {
        var (scene, disk) = await BeginAsync();
        var repository = await scene.OpenAsync();
        scene.Faulty.Body = (name, bytes) =>
        {
            if (name.StartsWith("packs/", StringComparison.Ordinal)) bytes[bytes.Length / 2] ^= 4;
            return bytes;
        };

        var thrown = await RefusedAsync(() => repository.UploadAsync(Full("s-1", disk), null, None));
        scene.Faulty.Body = null;

        Assert.Equal(EngineFault.Corrupt, thrown.Fault);
        Assert.Contains("packs/", thrown.Message, StringComparison.Ordinal);
        Assert.Empty(await ListAsync(repository));
        await repository.UploadAsync(Full("s-1", disk), null, None);
        Assert.Equal(HashOf(disk), await RestoredHashAsync(repository, "s-1"));
    }

    [Fact]
    public async Task A_root_that_reads_back_otherwise_than_it_was_put_does_not_stay()
    {
        var (scene, disk) = await BeginAsync();
        var repository = await scene.OpenAsync();
        scene.Faulty.Body = (name, bytes) => name == "snapshots/s-1" ? bytes[..^1] : bytes;

        await RefusedAsync(() => repository.UploadAsync(Full("s-1", disk), null, None));
        scene.Faulty.Body = null;

        Assert.Empty(await ListAsync(repository));
    }

    [Fact]
    public async Task A_pack_of_an_earlier_attempt_that_went_bad_is_stored_anew()
    {
        var (scene, disk) = await BeginAsync();
        var repository = await scene.OpenAsync();
        await CutAsync(scene, repository, disk, Cut.Refused, 4);
        var pack = scene.Memory.Objects[scene.Packs.First()];
        pack[100] ^= 1;
        repository = await scene.OpenAsync();

        await RefusedAsync(() => repository.UploadAsync(Full("s-1", disk), null, None));
        await repository.UploadAsync(Full("s-1", disk), null, None);

        Assert.Equal(HashOf(disk), await RestoredHashAsync(await scene.OpenAsync(), "s-1"));
    }

    private static async Task<(RepositoryScene Scene, StoredSnapshotInfo Info)> UploadedAsync()
    {
        var (scene, disk) = await BeginAsync();
        return (scene, await (await scene.OpenAsync()).UploadAsync(Full("s-1", disk), null, None));
    }

    private static async Task<(RepositoryScene Scene, MemoryBlockDevice Disk)> BeginAsync()
    {
        var scene = new RepositoryScene(7);
        await scene.OpenAsync();
        var disk = new MemoryBlockDevice(34L * Limits.ChunkBytes);
        var noise = new byte[disk.LengthBytes - Limits.ChunkBytes];
        scene.Random.NextBytes(noise);
        disk.Write(0, noise);
        return (scene, disk);
    }

    private static async Task CutAsync(RepositoryScene scene, Repository repository, MemoryBlockDevice disk, Cut cut, int put)
    {
        using var cancel = new CancellationTokenSource();
        var puts = 0;
        scene.Faulty.Before = (call, _, name) =>
        {
            if (call != StoreCall.Put || ++puts < put) return;
            if (cut == Cut.Refused) throw new EngineException(EngineFault.StoreUnavailable, $"503 for {name}");
            if (cut == Cut.Cancelled) cancel.Cancel();
        };
        scene.Faulty.AfterPut = (_, name) =>
        {
            // A root that has arrived is a snapshot: what is lost is only the answer, which is another test.
            if (cut == Cut.AnswerLost && puts >= put && !name.StartsWith("snapshots/", StringComparison.Ordinal)) throw new EngineException(EngineFault.StoreUnavailable, $"504 for {name}");
        };
        if (cut == Cut.AnswerLost && put == Puts) scene.Faulty.Before = (call, _, name) =>
        {
            if (call == StoreCall.Put && name.StartsWith("snapshots/", StringComparison.Ordinal)) throw new EngineException(EngineFault.StoreUnavailable, $"503 for {name}");
        };
        var thrown = await Record.ExceptionAsync(() => repository.UploadAsync(Full("s-1", disk), null, cancel.Token));
        (scene.Faulty.Before, scene.Faulty.AfterPut) = (null, null);
        if (cut == Cut.Cancelled) Assert.IsAssignableFrom<OperationCanceledException>(thrown);
        else Assert.Equal(EngineFault.StoreUnavailable, Assert.IsType<EngineException>(thrown).Fault);
    }
}
