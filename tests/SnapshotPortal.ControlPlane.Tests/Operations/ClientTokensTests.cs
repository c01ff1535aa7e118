using SnapshotPortal.ControlPlane.Disks;

namespace SnapshotPortal.ControlPlane.Tests.Operations;

public sealed class ClientTokensTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    private static CreateDisk Request(int size = 5) => new("local-1", "local-1a") { Size = size, ClientToken = "token-1" };

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task Repeated_request_gets_the_first_answer_and_takes_effect_once()
    {
        var first = await portal.RunAsync(Request());
        Assert.Equal(first, await portal.RunAsync(Request()));
        Assert.Equal(1, (await portal.RunAsync(new DescribeDisks())).TotalCount);
    }

    [Fact]
    public async Task Equal_requests_at_once_take_effect_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => portal.RunAsync(Request())));
        Assert.Single(answers.Distinct());
        Assert.Equal(1, (await portal.RunAsync(new DescribeDisks())).TotalCount);
    }

    [Fact]
    public async Task Other_parameters_with_the_same_token_are_refused()
    {
        await portal.RunAsync(Request());
        Assert.Equal("IdempotentParameterMismatch", (await portal.RefusedAsync(Request(size: 6))).Error.Code);
    }

    [Fact]
    public async Task Refused_request_does_not_use_its_token_up()
    {
        await portal.RefusedAsync(Request(size: 1));
        await portal.RunAsync(Request());
    }

    [Fact]
    public async Task Token_counts_for_its_account_only()
    {
        var stranger = await portal.AddStrangerAsync();
        Assert.NotEqual(await portal.RunAsync(Request()), await portal.RunAsync(Request(), stranger));
    }

    [Fact]
    public async Task Token_is_forgotten_after_a_day()
    {
        var first = await portal.RunAsync(Request());
        portal.Time.Shift = TimeSpan.FromHours(25);
        Assert.NotEqual(first, await portal.RunAsync(Request()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("tökén")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public async Task Malformed_token_is_refused(string token)
        => Assert.Equal("InvalidClientToken.Malformed", (await portal.RefusedAsync(Request() with { ClientToken = token })).Error.Code);
}
