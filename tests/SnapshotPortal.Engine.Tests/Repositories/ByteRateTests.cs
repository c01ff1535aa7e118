using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.Testing;
using static SnapshotPortal.Engine.Tests.Repositories.RepositoryScene;

namespace SnapshotPortal.Engine.Tests.Repositories;

public sealed class ByteRateTests
{
    private readonly SteppedTime time = new();

    [Fact]
    public async Task What_is_taken_never_exceeds_the_rate()
    {
        var rate = new ByteRate(time) { BytesPerSecond = 1000 };
        var begin = time.GetTimestamp();

        for (var i = 0; i < 20; i++) await rate.TakeAsync(500, None);

        // The first goes at once; each other waits for the one before.
        Assert.Equal(9.5, time.GetElapsedTime(begin).TotalSeconds, 3);
    }

    [Fact]
    public async Task Idle_time_is_not_saved_up_and_no_cap_never_waits()
    {
        var rate = new ByteRate(time) { BytesPerSecond = 1000 };
        time.Advance(TimeSpan.FromHours(1));
        await rate.TakeAsync(1000, None);
        await rate.TakeAsync(1000, None);
        Assert.Equal([TimeSpan.FromSeconds(1)], time.Waits);

        rate.BytesPerSecond = 0;
        await rate.TakeAsync(long.MaxValue, None);
        Assert.Single(time.Waits);
    }

    [Fact]
    public async Task An_upload_keeps_to_its_cap()
    {
        var plain = new RepositoryScene(3);
        var scene = new RepositoryScene(3) { Options = plain.Options with { UploadRate = new ByteRate(time) { BytesPerSecond = 100_000 } } };
        var begin = time.GetTimestamp();

        var info = await (await scene.OpenAsync()).UploadAsync(Full("s-1", scene.Disk(40, 40)), null, None);

        Assert.InRange(time.GetElapsedTime(begin).TotalSeconds, (info.StoredBytes - 200_000) / 100_000.0, info.StoredBytes / 100_000.0 + 1);
    }
}
