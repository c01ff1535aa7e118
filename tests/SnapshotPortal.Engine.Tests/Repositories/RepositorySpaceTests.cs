using static SnapshotPortal.Engine.Tests.Repositories.RepositoryScene;

namespace SnapshotPortal.Engine.Tests.Repositories;

public sealed class RepositorySpaceTests
{
    private readonly RepositoryScene scene = new(11);

    private long StoreBytes => scene.Memory.Objects.Values.Sum(content => (long)content.Length);

    [Fact]
    public async Task Parts_are_the_whole_store_whatever_was_uploaded_deleted_and_swept()
    {
        var repository = await scene.OpenAsync();
        var disk = scene.Disk(60, 20);
        var ids = new List<string>();
        for (var round = 0; round < 24; round++)
        {
            scene.Change(disk);
            await repository.UploadAsync(Full($"s-{round}", disk), null, None);
            ids.Add($"s-{round}");
            if (round % 3 == 2)
            {
                var gone = ids[scene.Random.Next(ids.Count)];
                ids.Remove(gone);
                await repository.DeleteAsync(gone, None);
            }

            if (round % 5 == 4) await repository.ExecuteAsync(await repository.PlanSweepAsync(None), None);
            var space = await repository.MeasureSpaceAsync(None);
            Assert.Equal(StoreBytes, space.TotalBytes);
            Assert.Equal(ids.Order(StringComparer.Ordinal), space.Snapshots.Select(each => each.SnapshotId).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task What_two_share_is_the_older_ones_and_passes_on()
    {
        var repository = await scene.OpenAsync();
        var disk = scene.Disk(40, 40);
        await repository.UploadAsync(Full("s-b", disk), null, None);
        await repository.UploadAsync(Full("s-a", disk), null, None);
        var both = await repository.MeasureSpaceAsync(None);
        Assert.Equal(["s-b", "s-a"], both.Snapshots.Select(each => each.SnapshotId));
        Assert.True(both.Snapshots[0].Bytes > 100 * both.Snapshots[1].Bytes);

        await repository.DeleteAsync("s-b", None);
        var one = Assert.Single((await repository.MeasureSpaceAsync(None)).Snapshots);
        Assert.Equal("s-a", one.SnapshotId);
        Assert.InRange(both.Snapshots.Sum(each => each.Bytes) - one.Bytes, 1, 1000); // the root of the deleted one
    }

    [Fact]
    public async Task A_store_without_snapshots_is_nobodys()
    {
        var space = await (await scene.OpenAsync()).MeasureSpaceAsync(None);
        Assert.Empty(space.Snapshots);
        Assert.Equal(StoreBytes, space.OtherBytes);
    }

    [Fact]
    public async Task Damage_hides_a_part_but_does_not_end_it()
    {
        var repository = await scene.OpenAsync();
        await repository.UploadAsync(Full("s-1", scene.Disk(40, 40)), null, None);
        await repository.UploadAsync(Full("s-2", scene.Disk(40, 40)), null, None);
        var root = scene.Memory.Objects.Keys.First(name => name.Contains("s-1", StringComparison.Ordinal));
        await scene.Memory.PutAsync(root, new byte[100], None);

        var space = await repository.MeasureSpaceAsync(None);

        Assert.Equal("s-2", Assert.Single(space.Snapshots).SnapshotId);
        Assert.Equal(StoreBytes, space.TotalBytes);
    }
}
