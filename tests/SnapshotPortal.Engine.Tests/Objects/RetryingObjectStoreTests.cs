using SnapshotPortal.Engine.Objects;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Objects;

public sealed class RetryingObjectStoreTests : ObjectStoreContract
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly MemoryObjectStore memory = new();
    private readonly FaultyObjectStore faulty;
    private readonly SteppedTime time = new();
    private readonly RetryingObjectStore store;

    public RetryingObjectStoreTests()
    {
        faulty = new FaultyObjectStore(memory);
        store = new RetryingObjectStore(faulty, new RetryOptions { AttemptsMax = 5, FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(5) }, time, new Random(1));
        // Every call of the contract fails at first.
        faulty.Before = (_, number, name) => { if (number % 2 == 1) throw Unavailable(name); };
    }

    protected override IObjectStore Store => store;

    [Fact]
    public async Task Pauses_grow_to_their_bound_and_the_last_failure_counts()
    {
        faulty.Before = (_, _, name) => throw Unavailable(name);

        var thrown = await Assert.ThrowsAsync<EngineException>(() => store.GetAsync("a", None));

        Assert.Equal(EngineFault.StoreUnavailable, thrown.Fault);
        Assert.Equal(5, faulty.Count(StoreCall.Get));
        double[] longest = [1, 2, 4, 5];
        Assert.Equal(4, time.Waits.Count);
        Assert.All(longest.Zip(time.Waits), pair => Assert.InRange(pair.Second.TotalSeconds, pair.First / 2, pair.First));
    }

    [Theory]
    [InlineData(EngineFault.Corrupt)]
    [InlineData(EngineFault.Full)]
    [InlineData(EngineFault.Io)]
    [InlineData(EngineFault.Missing)]
    public async Task What_another_try_does_not_mend_is_thrown_at_once(EngineFault fault)
    {
        faulty.Before = (_, _, _) => throw new EngineException(fault, "No.");

        var thrown = await Assert.ThrowsAsync<EngineException>(() => store.PutAsync("a", new byte[1], None));

        Assert.Equal(fault, thrown.Fault);
        Assert.Empty(time.Waits);
    }

    [Fact]
    public async Task A_put_whose_answer_was_lost_is_made_again()
    {
        faulty.Before = null;
        faulty.AfterPut = (number, name) => { if (number == 1) throw Unavailable(name); };

        await store.PutAsync("a", Bytes(1, 10), None);

        Assert.Equal(2, faulty.Count(StoreCall.Put));
        Assert.Equal(Bytes(1, 10), await store.GetAsync("a", None));
    }

    [Fact]
    public async Task A_listing_that_breaks_off_goes_on_where_it_was()
    {
        foreach (var name in (string[])["a", "b", "c", "d"]) await memory.PutAsync(name, new byte[1], None);
        var lists = 0;
        var breaking = new BreakingListing(memory, () => ++lists <= 3 ? lists : int.MaxValue);
        var retrying = new RetryingObjectStore(breaking, new RetryOptions(), time, new Random(1));

        var names = new List<string>();
        await foreach (var found in retrying.ListAsync("", None)) names.Add(found.Name);

        Assert.Equal(["a", "b", "c", "d"], names);
        Assert.Equal(4, lists);
    }

    [Fact]
    public async Task Cancelling_ends_a_pause()
    {
        using var cancel = new CancellationTokenSource();
        var waiting = new RetryingObjectStore(faulty, new RetryOptions { FirstPause = TimeSpan.FromHours(1), LongestPause = TimeSpan.FromHours(1) }, TimeProvider.System, new Random(1));

        var call = waiting.GetAsync("a", cancel.Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    private static EngineException Unavailable(string name) => new(EngineFault.StoreUnavailable, $"503 for {name}");

    /// <summary>Each listing fails behind as many names as it is told.</summary>
    private sealed class BreakingListing(MemoryObjectStore inner, Func<int> namesBefore) : IObjectStore
    {
        public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
        {
            var left = namesBefore();
            await foreach (var found in inner.ListAsync(prefix, cancel))
            {
                if (left-- == 0) throw Unavailable(prefix);
                yield return found;
            }
        }

        public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel) => throw new NotSupportedException();

        public Task<byte[]> GetAsync(string name, CancellationToken cancel) => throw new NotSupportedException();

        public Task GetRangeAsync(string name, long offsetBytes, Memory<byte> destination, CancellationToken cancel) => throw new NotSupportedException();

        public Task<long?> FindAsync(string name, CancellationToken cancel) => throw new NotSupportedException();

        public Task DeleteAsync(string name, CancellationToken cancel) => throw new NotSupportedException();
    }
}
