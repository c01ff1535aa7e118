using SnapshotPortal.Web.Components;

namespace SnapshotPortal.Web.Tests.Components;

public sealed class TimeTextTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, "just now")]
    [InlineData(44, "just now")]
    [InlineData(60, "1 minute ago")]
    [InlineData(59 * 60, "59 minutes ago")]
    [InlineData(60 * 60, "1 hour ago")]
    [InlineData(23 * 3600, "23 hours ago")]
    [InlineData(24 * 3600, "1 day ago")]
    [InlineData(3 * 86400, "3 days ago")]
    [InlineData(40 * 86400, "13 Oct 2026")]
    [InlineData(-7200, "in 2 hours")]
    public void The_distance_is_told_in_the_largest_unit(int secondsAgo, string text) =>
        Assert.Equal(text, TimeText.Relative(Now.AddSeconds(-secondsAgo), Now));

    [Fact]
    public void The_whole_moment_is_in_utc() =>
        Assert.Equal("2026-11-22 10:00:00 UTC", TimeText.Absolute(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.FromHours(2))));

    [Theory]
    [InlineData(0.4, "a moment")]
    [InlineData(12, "12 s")]
    [InlineData(61, "2 min")]
    [InlineData(3600, "1 h")]
    [InlineData(4800, "1 h 20 min")]
    public void What_is_left_is_rounded_up(double seconds, string text) => Assert.Equal(text, TimeText.Remaining(TimeSpan.FromSeconds(seconds)));
}
