using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Disks;

namespace SnapshotPortal.Api.Tests;

/// <summary>Each general error of SPEC 6.7, in both generations where both can cause it, and the order in which they are found.</summary>
public sealed class GeneralErrorsTests : IAsyncLifetime
{
    private static readonly (string, string)[] Nothing = [];

    private TestApi api = null!;

    private ApiClient Client => api.Client;

    public async Task InitializeAsync() => api = await TestApi.StartAsync();

    public async Task DisposeAsync() => await api.DisposeAsync();

    [Fact]
    public async Task Right_requests_of_both_generations_are_answered()
    {
        Assert.Equal((200, null), (await Client.SendV1Async("DescribeRegions")).Outcome);
        Assert.Equal((200, null), (await Client.SendV1Async(HttpMethod.Post, Pairs(Client.V1("POST", "DescribeRegions")))).Outcome);
        Assert.Equal((200, null), (await Client.SendV3Async("DescribeRegions")).Outcome);
        Assert.Equal((200, null), (await Client.SendV3Async("DescribeDisks", Nothing, _ => { }, body: "RegionId=local-1")).Outcome);
    }

    [Theory]
    [InlineData("Action")]
    [InlineData("Version")]
    [InlineData("AccessKeyId")]
    [InlineData("Signature")]
    [InlineData("SignatureMethod")]
    [InlineData("SignatureVersion")]
    [InlineData("SignatureNonce")]
    [InlineData("Timestamp")]
    public async Task Missing_common_parameter(string name)
    {
        var signed = Client.V1("GET", "DescribeRegions");
        signed.Remove(name);
        using var message = new HttpRequestMessage(HttpMethod.Get, $"/?{string.Join('&', signed.Select(each => $"{each.Key}={Uri.EscapeDataString(each.Value)}"))}");
        message.Headers.Add("x-acs-action", "DescribeRegions");
        var answer = await Client.SendAsync(message);
        Assert.Equal((400, "MissingParameter"), answer.Outcome);
        Assert.Contains(name, answer.Json.GetProperty("Message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("host")]
    [InlineData("x-acs-action")]
    [InlineData("x-acs-version")]
    [InlineData("x-acs-date")]
    [InlineData("x-acs-signature-nonce")]
    [InlineData("x-acs-content-sha256")]
    public async Task Header_that_is_not_signed(string name)
        => Assert.Equal((400, "IncompleteSignature"), (await Client.SendV3Async("DescribeRegions", Nothing, _ => { }, message =>
        {
            var authorization = message.Headers.GetValues("Authorization").Single();
            message.Headers.Remove("Authorization");
            message.Headers.TryAddWithoutValidation("Authorization", authorization.Replace($"{name};", "", StringComparison.Ordinal).Replace($";{name},", ",", StringComparison.Ordinal));
        })).Outcome);

    [Theory]
    [InlineData("ACS3-HMAC-SHA256")]
    [InlineData("ACS3-HMAC-SHA256 Credential=x")]
    [InlineData("ACS3-HMAC-SHA256 Credential=,SignedHeaders=,Signature=")]
    [InlineData("ACS3-HMAC-SHA256 ,,,=,==")]
    public async Task Authorization_without_its_parts(string authorization)
        => Assert.Equal((400, "IncompleteSignature"), (await Client.SendV3Async("DescribeRegions", Nothing, _ => { }, message =>
        {
            message.Headers.Remove("Authorization");
            message.Headers.TryAddWithoutValidation("Authorization", authorization);
        })).Outcome);

    [Fact]
    public async Task Form_whose_type_is_not_signed_decides_nothing()
        => Assert.Equal((400, "IncompleteSignature"), (await Client.SendV3Async("DescribeDisks", Nothing, headers => headers.Remove("content-type"), body: "RegionId=local-1")).Outcome);

    [Fact]
    public async Task Another_version() => await RefusedAsync(400, "InvalidVersion", ("Version", "2015-01-01"), ("x-acs-version", "2015-01-01"));

    [Fact]
    public async Task Unknown_action()
    {
        Assert.Equal((404, "InvalidAction.NotFound"), (await Client.SendV1Async("MakeCoffee")).Outcome);
        Assert.Equal((404, "InvalidAction.NotFound"), (await Client.SendV3Async("describeregions")).Outcome);
    }

    [Fact]
    public async Task Known_action_that_is_not_supported() => Assert.Equal((400, "UnsupportedOperation"), (await Client.SendV3Async("ExportSnapshot", ("RegionId", "local-1"))).Outcome);

    [Fact]
    public async Task Operations_of_the_portal_are_no_actions() => Assert.Equal((404, "InvalidAction.NotFound"), (await Client.SendV3Async("CreateUser", ("Email", "x@example.com"))).Outcome);

    [Theory]
    [InlineData("2026-11-22 08:00:00")]
    [InlineData("2026-11-22T08:00:00")]
    [InlineData("now")]
    public async Task Malformed_time(string time) => await RefusedAsync(400, "InvalidTimeStamp.Format", ("Timestamp", time), ("x-acs-date", time));

    [Theory]
    [InlineData(-16)]
    [InlineData(16)]
    public async Task Time_outside_of_the_window(int minutes)
    {
        var (before, after) = (Client.V1("GET", "DescribeRegions"), Client.Now());
        api.Time.Shift += TimeSpan.FromMinutes(minutes);
        Assert.Equal((400, "InvalidTimeStamp.Expired"), (await Client.SendV1Async(HttpMethod.Get, Pairs(before))).Outcome);
        Assert.Equal((400, "InvalidTimeStamp.Expired"), (await Client.SendV3Async("DescribeRegions", Nothing, headers => headers["x-acs-date"] = after)).Outcome);
    }

    [Fact]
    public async Task Time_inside_of_the_window()
    {
        var before = Client.V1("GET", "DescribeRegions");
        api.Time.Shift += TimeSpan.FromMinutes(14);
        Assert.Equal((200, null), (await Client.SendV1Async(HttpMethod.Get, Pairs(before))).Outcome);
    }

    [Fact]
    public async Task Unknown_key()
    {
        using var stranger = new ApiClient(api, "LTAIunknownAccessKey", TestApi.Secret);
        Assert.Equal((404, "InvalidAccessKeyId.NotFound"), (await stranger.SendV1Async("DescribeRegions")).Outcome);
        Assert.Equal((404, "InvalidAccessKeyId.NotFound"), (await stranger.SendV3Async("DescribeRegions")).Outcome);
    }

    [Fact]
    public async Task Disabled_key()
    {
        using var client = await api.NewClientAsync();
        Assert.Equal((200, null), (await client.SendV3Async("DescribeRegions")).Outcome);
        await api.RunAsync(new ModifyAccessKey(client.KeyId, IsActive: false));
        Assert.Equal((400, "InvalidAccessKeyId.Inactive"), (await client.SendV3Async("DescribeRegions")).Outcome);
        Assert.Equal((400, "InvalidAccessKeyId.Inactive"), (await client.SendV1Async("DescribeRegions")).Outcome);
    }

    [Fact]
    public async Task Wrong_secret_is_told_what_the_server_signs()
    {
        using var client = new ApiClient(api, TestApi.KeyId, "anotherAccessKeySecret");
        var first = await client.SendV1Async("DescribeRegions");
        Assert.Equal((400, "SignatureDoesNotMatch"), first.Outcome);
        Assert.Contains("server string to sign is: GET&%2F&AccessKeyId%3D", first.Json.GetProperty("Message").GetString(), StringComparison.Ordinal);
        var present = await client.SendV3Async("DescribeRegions");
        Assert.Equal((400, "SignatureDoesNotMatch"), present.Outcome);
        Assert.Contains("server StringToSign is [ACS3-HMAC-SHA256\n", present.Json.GetProperty("Message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Anything_that_was_changed_behind_the_signature()
    {
        var disk = await api.DiskAsync();
        var signed = Client.V1("GET", "DeleteDisk", ("DiskId", "d-another"));
        signed["DiskId"] = disk;
        Assert.Equal((400, "SignatureDoesNotMatch"), (await Client.SendV1Async(HttpMethod.Get, Pairs(signed))).Outcome);
        Assert.Equal((400, "SignatureDoesNotMatch"), (await Client.SendV1Async(HttpMethod.Post, Pairs(Client.V1("GET", "DescribeRegions")))).Outcome);
        Assert.Equal((400, "SignatureDoesNotMatch"), (await Client.SendV3Async("DescribeRegions", Nothing, _ => { }, message =>
        {
            message.Headers.Remove("x-acs-action");
            message.Headers.TryAddWithoutValidation("x-acs-action", "DescribeZones");
        })).Outcome);
        Assert.Equal((400, "SignatureDoesNotMatch"), (await Client.SendV3Async(
            "DescribeDisks", Nothing, _ => { }, message => message.Content = new StringContent("RegionId=local-2") { Headers = { ContentType = new("application/x-www-form-urlencoded") } }, "RegionId=local-1")).Outcome);
        Assert.Single((await api.RunAsync(new DescribeDisks())).Disks);
    }

    [Fact]
    public async Task Nonce_that_was_used()
    {
        var signed = Pairs(Client.V1("GET", "DescribeRegions"));
        Assert.Equal((200, null), (await Client.SendV1Async(HttpMethod.Get, signed)).Outcome);
        Assert.Equal((400, "SignatureNonceUsed"), (await Client.SendV1Async(HttpMethod.Get, signed)).Outcome);
    }

    [Fact]
    public async Task Wrong_signature_uses_up_no_nonce()
    {
        var signed = Client.V1("GET", "DescribeRegions");
        var right = signed["Signature"];
        signed["Signature"] = "AAAA" + right[4..];
        Assert.Equal((400, "SignatureDoesNotMatch"), (await Client.SendV1Async(HttpMethod.Get, Pairs(signed))).Outcome);
        signed["Signature"] = right;
        Assert.Equal((200, null), (await Client.SendV1Async(HttpMethod.Get, Pairs(signed))).Outcome);
    }

    [Fact]
    public async Task More_than_the_key_may()
    {
        using var reader = await api.NewClientAsync(AccountRole.Viewer);
        Assert.Equal((200, null), (await reader.SendV3Async("DescribeDisks", ("RegionId", "local-1"))).Outcome);
        Assert.Equal((403, "Forbidden.RAM"), (await reader.SendV3Async("CreateDisk", ("RegionId", "local-1"), ("ZoneId", "local-1a"), ("Size", "20"))).Outcome);
    }

    [Fact]
    public async Task Missing_and_malformed_parameters()
    {
        Assert.Equal((400, "MissingParameter"), (await Client.SendV3Async("DescribeDisks")).Outcome);
        Assert.Equal((400, "MissingParameter"), (await Client.SendV3Async("DescribeDisks", ("RegionId", ""))).Outcome);
        Assert.Equal((400, "InvalidParameter"), (await Client.SendV3Async("DescribeDisks", ("RegionId", "local-1"), ("PageNumber", "one"))).Outcome);
        Assert.Equal((404, "InvalidRegionId.NotFound"), (await Client.SendV3Async("DescribeDisks", ("RegionId", "mars-1"))).Outcome);
        Assert.Equal((403, "InvalidSnapshotIds.Malformed"), (await Client.SendV3Async("DescribeSnapshots", ("RegionId", "local-1"), ("SnapshotIds", "s-1"))).Outcome);
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    public async Task Another_method(string method) => Assert.Equal((403, "UnsupportedHTTPMethod"), (await Client.SendV1Async(new(method), Pairs(Client.V1(method, "DescribeRegions")))).Outcome);

    [Fact]
    public async Task Too_large_a_body()
        => Assert.Equal((413, "RequestEntityTooLarge"), (await Client.SendV3Async("RunInstances", Nothing, _ => { }, body: "UserData=" + new string('x', 1 << 20))).Outcome);

    [Fact]
    public async Task Long_request_lines_are_taken()
        => Assert.Equal((200, null), (await Client.SendV3Async("DescribeDisks", ("RegionId", "local-1"), ("UserData", new string('x', 64 << 10)))).Outcome);

    [Fact]
    public async Task Too_many_parameters()
        => Assert.Equal((400, "InvalidParameter"), (await Client.SendV3Async("DescribeDisks", Nothing, _ => { }, body: string.Join('&', Enumerable.Range(0, 5000).Select(number => $"a{number}=1")))).Outcome);

    [Fact]
    public async Task The_first_thing_that_is_wrong_is_told()
    {
        using var stranger = new ApiClient(api, "LTAIunknownAccessKey", "x");
        Assert.Equal("InvalidVersion", await CodeAsync(("Action", "MakeCoffee"), ("Version", "1"), ("Timestamp", "never")));
        Assert.Equal("InvalidAction.NotFound", await CodeAsync(("Action", "MakeCoffee"), ("Timestamp", "never")));
        Assert.Equal("InvalidTimeStamp.Format", await CodeAsync(("Timestamp", "never")));
        Assert.Equal("InvalidAccessKeyId.NotFound", await CodeAsync());

        async Task<string?> CodeAsync(params (string, string)[] parameters) => (await stranger.SendV1Async("DescribeDisks", parameters)).Code;
    }

    [Fact]
    public async Task Nothing_but_requests_of_the_api_is_taken_from_the_portal()
    {
        using var page = new HttpRequestMessage(HttpMethod.Get, "/");
        Assert.Equal("portal", (await Client.SendAsync(page)).Body);
        using var deeper = new HttpRequestMessage(HttpMethod.Get, "/a/b?Action=DescribeRegions");
        Assert.Equal("portal", (await Client.SendAsync(deeper)).Body);
        using var form = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new FormUrlEncodedContent([new("email", "x")]) };
        Assert.Equal("portal", (await Client.SendAsync(form)).Body);
    }

    [Fact]
    public async Task Calls_with_right_signatures_are_told_to_their_owner()
    {
        await Client.SendV3Async("DescribeRegions");
        await Client.SendV3Async("DescribeDisks");
        using var wrong = new ApiClient(api, TestApi.KeyId, "anotherAccessKeySecret");
        await wrong.SendV3Async("DescribeZones");

        var calls = (await api.RunAsync(new DescribeApiCalls())).Calls.Select(call => (call.Action, call.HttpStatus, call.Code));
        Assert.Equal(new HashSet<(string, int, string)> { ("DescribeRegions", 200, "Success"), ("DescribeDisks", 400, "MissingParameter") }, calls.ToHashSet());
    }

    /// <summary>The same thing wrong in both generations.</summary>
    private async Task RefusedAsync(int status, string code, (string Name, string Value) parameter, (string Name, string Value) header)
    {
        Assert.Equal((status, code), (await Client.SendV1Async("DescribeRegions", parameter)).Outcome);
        Assert.Equal((status, code), (await Client.SendV3Async("DescribeRegions", Nothing, headers => headers[header.Name] = header.Value)).Outcome);
    }

    private static IEnumerable<(string, string)> Pairs(Dictionary<string, string> signed) => signed.Select(each => (each.Key, each.Value));
}
