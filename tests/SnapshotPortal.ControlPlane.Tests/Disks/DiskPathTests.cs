using SnapshotPortal.ControlPlane.Disks;

namespace SnapshotPortal.ControlPlane.Tests.Disks;

public sealed class DiskPathTests
{
    private static DateTimeOffset At(int minute) => DateTimeOffset.UnixEpoch.AddMinutes(minute);

    private static RollBackInfo Back(int at, int to) => new()
    {
        RollBackId = $"rb-{at}",
        Kind = DiskRollBackKind.RollBack,
        Time = At(at),
        StateOf = At(to),
        SnapshotId = null,
        KeptName = "",
        KeptUntil = null,
    };

    /// <summary>The minutes of 1–9 that led to now.</summary>
    private static string Path(params RollBackInfo[] newestFirst) => string.Concat(Enumerable.Range(1, 9).Where(minute => DiskPath.Includes(newestFirst, At(minute))));

    [Fact]
    public void Without_roll_backs_everything_led_here() => Assert.Equal("123456789", Path());

    [Fact]
    public void What_was_between_a_snapshot_and_the_roll_back_to_it_did_not() => Assert.Equal("126789", Path(Back(at: 6, to: 2)));

    [Fact]
    public void Undoing_it_takes_what_came_after_it_off_the_way_instead() => Assert.Equal("12345689", Path(Back(at: 8, to: 6), Back(at: 6, to: 2)));

    [Fact]
    public void Roll_back_to_before_another_one_leaves_that_out() => Assert.Equal("19", Path(Back(at: 9, to: 1), Back(at: 6, to: 2)));

    [Fact]
    public void Roll_back_onto_what_another_had_left_goes_its_way() => Assert.Equal("123489", Path(Back(at: 8, to: 4), Back(at: 6, to: 2)));
}
