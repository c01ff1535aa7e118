using SnapshotPortal.Engine.Objects;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Objects;

/// <summary>One S3 server for all tests of a run that want one.</summary>
[CollectionDefinition(Name)]
public sealed class S3Server : IAsyncLifetime, ICollectionFixture<S3Server>
{
    public const string Name = "S3", Bucket = "snapshots";

    private int prefixes;

    public RadosGateway Gateway { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Gateway = await RadosGateway.StartAsync();
        await Gateway.CreateBucketAsync(Bucket);
    }

    /// <summary>A store of its own: the contract asks what the whole store holds.</summary>
    public S3ObjectStore Store(Func<S3Options, S3Options>? change = null)
    {
        var options = Gateway.Bucket(Bucket, $"test-{Interlocked.Increment(ref prefixes)}/");
        return new S3ObjectStore(change is null ? options : change(options));
    }

    public Task DisposeAsync()
    {
        Gateway.Dispose();
        return Task.CompletedTask;
    }
}

[Collection(S3Server.Name)]
public sealed class S3ObjectStoreTests(S3Server server) : ObjectStoreContract, IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly S3ObjectStore store = server.Store();

    protected override IObjectStore Store => store;

    [Fact]
    public async Task An_object_above_the_limit_goes_in_parts_and_is_whole()
    {
        using var small = server.Store(options => options with { PartBytes = 5 << 20 });
        var content = Bytes(3, (12 << 20) + 7);

        await small.PutAsync("packs/large", content, None);

        Assert.Equal(content, await small.GetAsync("packs/large", None));
        Assert.Equal(content.Length, await small.FindAsync("packs/large", None));
    }

    [Fact]
    public async Task A_cancelled_put_in_parts_leaves_nothing()
    {
        using var small = server.Store(options => options with { PartBytes = 5 << 20 });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => small.PutAsync("packs/large", Bytes(3, 6 << 20), new CancellationToken(canceled: true)));

        Assert.Null(await small.FindAsync("packs/large", None));
    }

    [Fact]
    public async Task A_listing_longer_than_a_page_is_whole_and_in_order()
    {
        await Parallel.ForAsync(0, 1100, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, cancel) => await store.PutAsync($"many/{i:0000}", new byte[1], cancel));

        var names = new List<string>();
        await foreach (var found in store.ListAsync("many/", None)) names.Add(found.Name);

        Assert.Equal(Enumerable.Range(0, 1100).Select(i => $"many/{i:0000}"), names);
    }

    [Fact]
    public async Task Wrong_credentials_are_a_refusal_and_not_worth_another_try()
    {
        using var stranger = server.Store(options => options with { SecretKey = "not the secret" });

        var thrown = await Assert.ThrowsAsync<EngineException>(() => stranger.PutAsync("a", new byte[1], None));

        Assert.Equal(EngineFault.Io, thrown.Fault);
        Assert.Contains("credentials", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bucket_that_does_not_exist_is_named()
    {
        using var elsewhere = server.Store(options => options with { Bucket = "nowhere" });

        var thrown = await Assert.ThrowsAsync<EngineException>(() => elsewhere.PutAsync("a", new byte[1], None));

        Assert.Equal(EngineFault.Io, thrown.Fault);
        Assert.Contains("'nowhere'", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable()
    {
        using var away = server.Store(options => options with { Endpoint = new Uri("http://127.0.0.1:9") });

        var thrown = await Assert.ThrowsAsync<EngineException>(() => away.GetAsync("a", None));

        Assert.Equal(EngineFault.StoreUnavailable, thrown.Fault);
    }

    public void Dispose() => store.Dispose();
}
