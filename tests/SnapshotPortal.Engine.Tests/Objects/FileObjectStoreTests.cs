using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.Engine.Tests.Objects;

public sealed class FileObjectStoreTests : ObjectStoreContract, IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("object-store-");
    private FileObjectStore store;

    public FileObjectStoreTests() => store = FileObjectStore.Open(OsFileSystem.Instance, Root);

    protected override IObjectStore Store => store;

    private string Root => directory.FullName + "/new/store";

    [Fact]
    public async Task Opening_again_finds_everything_and_clears_away_what_a_kill_left()
    {
        await store.PutAsync("packs/ab/one", Bytes(1, 1000), CancellationToken.None);
        File.WriteAllText(Root + "/~new/77", "half an object");

        store.Dispose();
        store = FileObjectStore.Open(OsFileSystem.Instance, Root);

        Assert.Equal(Bytes(1, 1000), await store.GetAsync("packs/ab/one", CancellationToken.None));
        Assert.Empty(Directory.GetFiles(Root + "/~new"));
    }

    [Fact]
    public void A_store_is_open_once()
    {
        var thrown = Assert.Throws<EngineException>(() => FileObjectStore.Open(OsFileSystem.Instance, Root));

        Assert.Equal(EngineFault.Locked, thrown.Fault);
    }

    [Fact]
    public async Task Files_that_are_no_objects_are_not_listed()
    {
        File.WriteAllText(Root + "/README", "not ours");
        Directory.CreateDirectory(Root + "/empty");

        await foreach (var found in store.ListAsync("", CancellationToken.None)) Assert.Fail(found.Name);
    }

    public void Dispose()
    {
        store.Dispose();
        directory.Delete(recursive: true);
    }
}
