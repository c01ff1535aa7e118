using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.Engine.Tests.Objects;

/// <summary>What <see cref="IObjectStore"/> promises, asked of every implementation.</summary>
public abstract class ObjectStoreContract
{
    private static readonly CancellationToken None = CancellationToken.None;

    protected abstract IObjectStore Store { get; }

    [Fact]
    public async Task What_was_put_is_read_whole_and_in_ranges()
    {
        var content = Bytes(1, 100_000);
        await Store.PutAsync("packs/ab/one", content, None);

        Assert.Equal(content, await Store.GetAsync("packs/ab/one", None));
        var range = new byte[5000];
        await Store.GetRangeAsync("packs/ab/one", 95_000, range, None);
        Assert.Equal(content[95_000..], range);
        Assert.Equal(100_000, await Store.FindAsync("packs/ab/one", None));
    }

    [Fact]
    public async Task An_empty_object_is_an_object()
    {
        await Store.PutAsync("empty", ReadOnlyMemory<byte>.Empty, None);

        Assert.Empty(await Store.GetAsync("empty", None));
        Assert.Equal(0, await Store.FindAsync("empty", None));
    }

    [Fact]
    public async Task Putting_again_replaces()
    {
        await Store.PutAsync("a", Bytes(1, 5000), None);
        await Store.PutAsync("a", Bytes(2, 10), None);

        Assert.Equal(Bytes(2, 10), await Store.GetAsync("a", None));
    }

    [Fact]
    public async Task The_store_keeps_its_own_copy()
    {
        var content = Bytes(1, 100);
        await Store.PutAsync("a", content, None);
        content[0]++;
        (await Store.GetAsync("a", None))[1]++;

        Assert.Equal(Bytes(1, 100), await Store.GetAsync("a", None));
    }

    [Fact]
    public async Task What_is_not_there_is_missing()
    {
        Assert.Null(await Store.FindAsync("x/y/z", None));
        Assert.Equal(EngineFault.Missing, (await Assert.ThrowsAsync<EngineException>(() => Store.GetAsync("x/y/z", None))).Fault);
        Assert.Equal(EngineFault.Missing, (await Assert.ThrowsAsync<EngineException>(() => Store.GetRangeAsync("x", 0, new byte[1], None))).Fault);
    }

    [Fact]
    public async Task A_range_behind_the_end_is_corrupt_and_names_the_object()
    {
        await Store.PutAsync("short", Bytes(1, 10), None);

        var thrown = await Assert.ThrowsAsync<EngineException>(() => Store.GetRangeAsync("short", 5, new byte[6], None));
        Assert.Equal(EngineFault.Corrupt, thrown.Fault);
        Assert.Contains("short", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listing_is_in_ordinal_order_of_whole_names_and_keeps_to_the_prefix()
    {
        string[] names = ["a-b", "a.b", "a/b", "a/c/d", "a0", "b/x", "packs/00/1", "packs/0a/2", "packs/0b/3"];
        foreach (var name in names.Reverse()) await Store.PutAsync(name, Bytes(1, name.Length), None);

        Assert.Equal(names, await NamesAsync(""));
        Assert.Equal(["packs/00/1", "packs/0a/2", "packs/0b/3"], await NamesAsync("packs/0"));
        Assert.Equal(["a/b", "a/c/d"], await NamesAsync("a/"));
        Assert.Equal(["a/c/d"], await NamesAsync("a/c"));
        Assert.Empty(await NamesAsync("c"));
        await foreach (var found in Store.ListAsync("", None)) Assert.Equal(found.Name.Length, found.LengthBytes);
    }

    [Fact]
    public async Task What_was_deleted_is_gone_and_deleting_again_succeeds()
    {
        await Store.PutAsync("a/b", Bytes(1, 10), None);
        await Store.PutAsync("a/c", Bytes(1, 10), None);
        await Store.DeleteAsync("a/b", None);
        await Store.DeleteAsync("a/b", None);
        await Store.DeleteAsync("never/was", None);

        Assert.Null(await Store.FindAsync("a/b", None));
        Assert.Equal(["a/c"], await NamesAsync(""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("./a")]
    [InlineData("A")]
    [InlineData("a b")]
    [InlineData("~lock")]
    [InlineData("ä")]
    public async Task A_name_outside_the_rules_is_refused(string name)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.PutAsync(name, Bytes(1, 1), None));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.GetAsync(name, None));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.FindAsync(name, None));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Store.DeleteAsync(name, None));
    }

    [Fact]
    public async Task A_cancelled_put_leaves_nothing()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.PutAsync("a", Bytes(1, 10), new CancellationToken(canceled: true)));

        Assert.Empty(await NamesAsync(""));
    }

    [Fact]
    public async Task Readers_beside_writers_see_whole_objects_only()
    {
        await Store.PutAsync("a/shared", Bytes(0, 50_000), None);
        var writers = Enumerable.Range(1, 4).Select(seed => Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await Store.PutAsync("a/shared", Bytes(seed, 50_000), None);
                await Store.PutAsync($"a/{seed}/{i}", Bytes(seed, 10), None);
            }
        }));
        var reader = Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                var seen = await Store.GetAsync("a/shared", None);
                Assert.Contains(Enumerable.Range(0, 5), seed => Bytes(seed, 50_000).AsSpan().SequenceEqual(seen));
            }
        });
        await Task.WhenAll([.. writers, reader]);

        Assert.Equal(81, (await NamesAsync("a/")).Count);
    }

    protected static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private async Task<List<string>> NamesAsync(string prefix)
    {
        var names = new List<string>();
        await foreach (var found in Store.ListAsync(prefix, None)) names.Add(found.Name);
        return names;
    }
}
