using SnapshotPortal.Simulator;

namespace SnapshotPortal.Nbd.Tests;

public sealed class NbdServerFuzz
{
    [Fact]
    public async Task Whatever_clients_send_the_server_answers_or_hangs_up()
    {
        var seed = Environment.TickCount64;
        var (failure, messages) = await NbdFuzz.RunAsync(seed, messagesMin: 20_000);
        Assert.True(failure is null, $"{failure} (./dev fuzz nbd {seed})");
        Assert.InRange(messages, 20_000, long.MaxValue);
    }
}
