namespace SnapshotPortal.Api.Tests;

public sealed class RateLimitsTests
{
    [Fact]
    public async Task A_key_that_asks_too_often_is_throttled_and_told_how_long()
    {
        await using var api = await TestApi.StartAsync(settings: new() { ["Portal:Api:KeyRequestsPerSecond"] = "1" });
        using var other = await api.NewClientAsync();
        var answers = await FloodAsync(() => api.Client.SendV3Async("DescribeRegions"));

        var throttled = Assert.Single(answers.Where(answer => answer.Code is not null).Select(answer => answer.Outcome).Distinct());
        Assert.Equal((400, "Throttling.User"), throttled);
        Assert.All(answers.Where(answer => answer.Code is not null), answer => Assert.InRange(int.Parse(Assert.Single(answer.Headers.GetValues("x-acs-retry-after"))), 1, 2000));
        Assert.InRange(answers.Count(answer => answer.Code is null), 2, 6);
        Assert.Equal((200, null), (await other.SendV3Async("DescribeRegions")).Outcome);
    }

    [Fact]
    public async Task An_address_cannot_try_out_secrets()
    {
        await using var api = await TestApi.StartAsync(settings: new() { ["Portal:Api:AddressRequestsPerSecond"] = "1" });
        using var guesser = new ApiClient(api, TestApi.KeyId, "guessedAccessKeySecret");
        var codes = (await FloodAsync(() => guesser.SendV3Async("DescribeRegions"))).Select(answer => answer.Code).ToList();

        Assert.InRange(codes.Count(code => code == "SignatureDoesNotMatch"), 1, 6);
        Assert.Equal(codes.Count, codes.Count(code => code is "SignatureDoesNotMatch" or "Throttling.User"));
    }

    [Theory]
    [InlineData("Portal:Api:Url", "8080")]
    [InlineData("Portal:Api:Url", "http://*:8080/ecs")]
    [InlineData("Portal:Api:KeyRequestsPerSecond", "0")]
    public async Task Wrong_configuration_is_named(string key, string value)
        => Assert.Contains(key, (await Assert.ThrowsAsync<ControlPlane.PortalStartException>(() => TestApi.StartAsync(settings: new() { [key] = value }))).Message, StringComparison.Ordinal);

    private static async Task<List<ApiAnswer>> FloodAsync(Func<Task<ApiAnswer>> send)
    {
        var answers = new List<ApiAnswer>();
        for (var number = 0; number < 12; number++) answers.Add(await send());
        return answers;
    }
}
