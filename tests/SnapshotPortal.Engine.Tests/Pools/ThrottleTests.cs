using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools;

public sealed class ThrottleTests
{
    private readonly ManualTime time = new();
    private readonly Throttle throttle;

    public ThrottleTests() => throttle = new(time);

    [Fact]
    public void Without_limits_nothing_waits()
    {
        for (var i = 0; i < 1000; i++)
            Assert.Equal(TimeSpan.Zero, throttle.Reserve(1, 1L << 30));
    }

    [Fact]
    public void A_tenth_of_a_second_goes_at_once_and_then_each_request_in_its_turn()
    {
        throttle.Limits = new(1000, null);
        for (var i = 0; i < 100; i++)
            Assert.Equal(TimeSpan.Zero, throttle.Reserve(1, 4096));
        for (var i = 1; i <= 50; i++)
            Assert.Equal(Ms(i), throttle.Reserve(1, 4096));
        time.Advance(Ms(20));
        Assert.Equal(Ms(31), throttle.Reserve(1, 4096));
    }

    [Fact]
    public void Bytes_wait_by_their_size_whatever_the_requests()
    {
        throttle.Limits = new(null, 1_000_000);
        Assert.Equal(TimeSpan.Zero, throttle.Reserve(1, 100_000));
        Assert.Equal(Ms(1), throttle.Reserve(1, 1_000));
        Assert.Equal(Ms(51), throttle.Reserve(5, 50_000));
        Assert.Equal(Ms(51), throttle.Reserve(1, 0));
    }

    [Fact]
    public void Both_limits_hold_and_the_tighter_one_decides()
    {
        throttle.Limits = new(1000, 1_000_000);
        Assert.Equal(TimeSpan.Zero, throttle.Reserve(100, 0));
        Assert.Equal(Ms(1), throttle.Reserve(1, 1_000));
        Assert.Equal(Ms(2), throttle.Reserve(1, 199_000));
        Assert.Equal(Ms(101), throttle.Reserve(1, 1_000));
    }

    [Fact]
    public void A_request_larger_than_the_burst_goes_when_the_bucket_is_full_and_those_behind_it_pay()
    {
        throttle.Limits = new(null, 1_000_000);
        Assert.Equal(TimeSpan.Zero, throttle.Reserve(1, 5_000_000));
        Assert.Equal(Ms(5_000), throttle.Reserve(1, 100_000));
    }

    [Fact]
    public void Time_without_requests_counts_for_a_tenth_of_a_second_only()
    {
        throttle.Limits = new(1000, null);
        throttle.Reserve(100, 0);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(TimeSpan.Zero, throttle.Reserve(100, 0));
        Assert.Equal(Ms(1), throttle.Reserve(1, 0));
    }

    [Theory]
    [InlineData(1, 4096)]
    [InlineData(3, 70_000)]
    [InlineData(977, 350_000_000)]
    [InlineData(1_000_000, 4_000_000_000)]
    public void Over_time_the_rate_is_exact_whatever_the_sizes(long operationsPerSecond, long bytesPerSecond)
    {
        throttle.Limits = new(operationsPerSecond, bytesPerSecond);
        var random = new Random(1);
        long operations = 0, bytes = 0;
        while (time.GetTimestamp() < TimeSpan.FromMinutes(1).Ticks)
        {
            var length = random.Next(1, 200) * 512;
            time.Advance(throttle.Reserve(1, length));
            (operations, bytes) = (operations + 1, bytes + length);
            if (operations >= 200_000)
                break;
        }

        var seconds = new TimeSpan(time.GetTimestamp()).TotalSeconds + Throttle.Burst.TotalSeconds;
        Assert.InRange(Math.Max(operations / (seconds * operationsPerSecond), bytes / (seconds * bytesPerSecond)), 0.9, 1.0 + 100_000 / (seconds * Math.Min(bytesPerSecond, operationsPerSecond * 100_000)));
    }

    [Fact]
    public void A_lower_limit_takes_the_burst_away_and_keeps_what_is_owed()
    {
        throttle.Limits = new(1000, null);
        throttle.Reserve(200, 0);
        throttle.Limits = new(100, null);
        Assert.Equal(Ms(1_010), throttle.Reserve(1, 0));
        throttle.Limits = new(10_000, null);
        Assert.Equal(TimeSpan.FromMilliseconds(10.2), throttle.Reserve(1, 0));
        throttle.Limits = RateLimits.None;
        Assert.Equal(TimeSpan.Zero, throttle.Reserve(1, 0));
    }

    [Fact]
    public void Limits_are_at_least_one()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => throttle.Limits = new(0, null));
        Assert.Throws<ArgumentOutOfRangeException>(() => throttle.Limits = new(null, -1));
        Assert.Equal(RateLimits.None, throttle.Limits);
    }

    [Fact]
    public void Who_waits_goes_at_once_when_the_limit_is_lifted()
    {
        throttle.Limits = new(1, null);
        throttle.Reserve(1000, 0);
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() => throttle.Wait(1, 0))).ToList();
        threads.ForEach(thread => thread.Start());
        SpinWait.SpinUntil(() => throttle.Waiting == threads.Count);
        throttle.Limits = RateLimits.None;
        threads.ForEach(thread => thread.Join());
    }

    [Fact]
    public void Those_who_wait_take_turns()
    {
        throttle.Limits = new(1000, null);
        var clients = new PriorityQueue<int, (TimeSpan At, int Turn)>(Enumerable.Range(0, 8).Select(client => (client, (TimeSpan.Zero, client))));
        var done = new int[8];
        for (var turn = 8; turn < 8_008; turn++)
        {
            Assert.True(clients.TryDequeue(out var client, out var next));
            time.Advance(next.At - new TimeSpan(time.GetTimestamp()));
            done[client]++;
            clients.Enqueue(client, (next.At + throttle.Reserve(1, 0), turn));
        }

        Assert.All(done, count => Assert.Equal(1_000, count));
    }

    [Fact]
    public void A_thread_that_waits_goes_when_its_time_has_come_and_the_wait_is_counted()
    {
        throttle.Limits = new(1000, null);
        throttle.Reserve(100, 0);
        var thread = new Thread(() => throttle.Wait(5, 0));
        thread.Start();
        SpinWait.SpinUntil(() => throttle.Waiting == 1);
        time.Advance(Ms(4));
        Assert.False(thread.Join(0));
        time.Advance(Ms(2));
        thread.Join();
        Assert.Equal(Ms(6), throttle.Waited);
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
