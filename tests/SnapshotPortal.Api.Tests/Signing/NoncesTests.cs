using Microsoft.Extensions.Configuration;
using SnapshotPortal.Api.Signing;
using SnapshotPortal.ControlPlane;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Api.Tests.Signing;

public sealed class NoncesTests
{
    private readonly SimulatedFileSystem files = new(1);
    private readonly ManualTime time = new();

    [Fact]
    public void Of_many_at_once_one_is_taken()
    {
        using var nonces = Open();
        var outcomes = new NonceOutcome[64];
        Parallel.For(0, outcomes.Length, number => outcomes[number] = nonces.Record("key", "same"));
        Assert.Single(outcomes, NonceOutcome.New);
    }

    [Fact]
    public void Keys_have_nonces_of_their_own()
    {
        using var nonces = Open();
        Assert.Equal(NonceOutcome.New, nonces.Record("one", "same"));
        Assert.Equal(NonceOutcome.New, nonces.Record("other", "same"));
    }

    [Fact]
    public void Restarts_forget_none()
    {
        for (var start = 0; start < 3; start++)
        {
            using var nonces = Open();
            for (var before = 0; before < start; before++) Assert.Equal(NonceOutcome.Used, nonces.Record("key", $"{before}"));
            Assert.Equal(NonceOutcome.New, nonces.Record("key", $"{start}"));
            time.Advance(TimeSpan.FromMinutes(8));
        }
    }

    [Fact]
    public void Half_an_hour_later_a_nonce_is_still_known_and_an_hour_later_it_takes_no_room()
    {
        using var nonces = Open();
        nonces.Record("key", "first");
        for (var minutes = 0; minutes < 30; minutes += 5)
        {
            time.Advance(TimeSpan.FromMinutes(5));
            Assert.Equal(NonceOutcome.Used, nonces.Record("key", "first"));
            nonces.Record("key", $"{minutes}");
        }

        time.Advance(TimeSpan.FromMinutes(60));
        Assert.Equal(NonceOutcome.New, nonces.Record("key", "first"));
        Assert.Single(files.List("/data/nonces"));
    }

    private Nonces Open() => new(files, PortalOptions.Read(new ConfigurationBuilder().AddInMemoryCollection([new("Portal:DataPath", "/data")]).Build(), "/"), time);
}
