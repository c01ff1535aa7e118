using System.Globalization;
using System.Text;
using SnapshotPortal.Api.Contract;
using SnapshotPortal.ControlPlane.Disks;

namespace SnapshotPortal.Api.Tests;

/// <summary>
/// Hostile requests by seed: an answer, never a fault of the server, and nothing that is not signed is taken. The
/// environment variable <c>API_FUZZ</c> says how many; 100000 is the long form.
/// </summary>
public sealed class RequestFuzz : IAsyncLifetime
{
    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("API_FUZZ") ?? "1500", CultureInfo.InvariantCulture);
    private static readonly EcsAction[] Actions = [.. EcsContract.Published.Actions.Values.OrderBy(action => action.Name, StringComparer.Ordinal)];

    private static readonly string[] Values =
    [
        "local-1", "local-1a", "", "0", "-1", "20", "99999999999999999999", "true", "TRUE", "1e9", "null", "[]", "[\"a\"]", "[[[[", "{\"a\":", "\"", "d-1", "s-1", "all", "cloud_essd",
        "快照", "\0", "\u0001", "%", "%00", "a,b,,c", "' OR 1=1 --", "2026-01-01T00:00Z", "9999-12-31T23:59:59Z", new('x', 300), "\ud83d\ude00", "../../etc/passwd", "<x>&amp;", "Snapshot", "DataDisk",
    ];

    private readonly Random random = new(7);
    private TestApi api = null!;

    public async Task InitializeAsync() => api = await TestApi.StartAsync(settings: new() { ["Portal:Api:KeyRequestsPerSecond"] = "1000000", ["Portal:Api:AddressRequestsPerSecond"] = "1000000" });

    public async Task DisposeAsync() => await api.DisposeAsync();

    [Fact]
    public async Task Signed_requests_with_any_parameters_are_answered()
    {
        for (var round = 0; round < Count / 2; round++)
        {
            var (action, parameters) = Request();
            var answer = random.Next(2) == 0
                ? await api.Client.SendV3Async(action.Name, parameters)
                : await api.Client.SendV1Async(action.Name, [.. parameters.Where(each => each.Name is not ("Format" or "Signature")).DistinctBy(each => each.Name)]);
            Assert.True((int)answer.Status < 500 && answer.Json.TryGetProperty("RequestId", out _), $"Round {round}: {action.Name} {string.Join('&', parameters)} gave {(int)answer.Status} {answer.Body}");
        }

        await api.IdleAsync();
    }

    [Fact]
    public async Task Requests_that_were_changed_after_signing_are_refused()
    {
        var disk = await api.DiskAsync();
        for (var round = 0; round < Count / 3; round++)
        {
            var answer = random.Next(2) == 0 ? await SendChangedV1Async(disk) : await SendChangedV3Async(disk);
            Assert.True((int)answer.Status is >= 400 and < 500, $"Round {round}: {(int)answer.Status} {answer.Body}");
            Assert.Contains(answer.Code, (string[])[
                "SignatureDoesNotMatch", "IncompleteSignature", "MissingParameter", "InvalidParameter", "InvalidVersion", "InvalidAction.NotFound", "InvalidTimeStamp.Format", "InvalidTimeStamp.Expired",
                "InvalidAccessKeyId.NotFound"]);
        }

        Assert.Contains(disk, (await api.RunAsync(new DescribeDisks())).Disks.Select(each => each.DiskId));
    }

    [Fact]
    public async Task Bytes_that_are_hardly_http_do_no_harm()
    {
        for (var round = 0; round < Count / 6; round++)
        {
            var query = new string([.. Enumerable.Range(0, random.Next(80)).Select(_ => (char)random.Next(33, 127))]).Replace('#', '%');
            var body = new string([.. Enumerable.Range(0, random.Next(80)).Select(_ => (char)random.Next(1, 256))]);
            var text = $"{(random.Next(3) == 0 ? "GET" : "POST")} /?Action=DescribeDisks&Format=JSON&{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                + $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {Encoding.UTF8.GetByteCount(body).ToString(CultureInfo.InvariantCulture)}\r\n\r\n{body}";
            var (status, _, answer) = await RawHttp.SendAsync(api.Address, text);
            Assert.True(status is >= 400 and < 500, $"Round {round}: {text} gave {status} {answer}");
        }

        Assert.Equal((200, null), (await api.Client.SendV3Async("DescribeRegions")).Outcome);
    }

    /// <summary>An action with some of its parameters, some that it does not have, and values of which few fit.</summary>
    private (EcsAction Action, (string Name, string Value)[] Parameters) Request()
    {
        var action = Actions[random.Next(Actions.Length)];
        var parameters = new List<(string, string)>();
        foreach (var parameter in action.Parameters.Values)
        {
            if (parameter.Name == "RegionId" && random.Next(4) > 0) parameters.Add(("RegionId", "local-1"));
            else if (parameter.IsMandatory ? random.Next(10) > 0 : random.Next(4) == 0) Add(parameter.Name, parameter);
        }

        if (random.Next(4) == 0) parameters.Add(($"X{random.Next(9)}.{Values[random.Next(Values.Length)]}", Values[random.Next(Values.Length)]));
        return (action, [.. parameters]);

        void Add(string name, EcsParameter parameter)
        {
            if (parameter.Shape is EcsShape.TextList or EcsShape.StructureList && random.Next(10) > 0) name = $"{name}.{random.Next(-1, 4)}";
            if (parameter.Shape is EcsShape.Structure or EcsShape.StructureList)
            {
                foreach (var member in parameter.Members.Values.Where(_ => random.Next(2) == 0)) Add($"{name}.{member.Name}", member);
                return;
            }

            parameters.Add((name, parameter.Shape == EcsShape.Number && random.Next(2) == 0 ? random.Next(-2, 50).ToString(CultureInfo.InvariantCulture) : Values[random.Next(Values.Length)]));
        }
    }

    private Task<ApiAnswer> SendChangedV1Async(string disk)
    {
        var signed = api.Client.V1("GET", "DeleteDisk", ("DiskId", disk));
        var name = signed.Keys.Where(each => each != "Format").ElementAt(random.Next(signed.Count - 1));
        switch (random.Next(4))
        {
            case 0: signed.Remove(name); break;
            case 1: signed[name] += "x"; break;
            case 2: signed["Signature"] = Values[random.Next(Values.Length)]; break;
            default: signed["Also"] = "this"; break;
        }

        signed.TryAdd("Action", "DeleteDisk "); // else it would be no request of the API
        return api.Client.SendV1Async(HttpMethod.Get, signed.Select(each => (each.Key, each.Value)));
    }

    private Task<ApiAnswer> SendChangedV3Async(string disk) => api.Client.SendV3Async("DeleteDisk", [("DiskId", disk)], _ => { }, message =>
    {
        string[] names = ["x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256", "Authorization"];
        var name = names[random.Next(names.Length)];
        var value = message.Headers.GetValues(name).Single();
        switch (random.Next(3))
        {
            case 0:
                message.RequestUri = new(message.RequestUri + "&Also=this", UriKind.Relative);
                return;
            case 1:
                message.Headers.Remove(name);
                if (name == "Authorization") message.Headers.TryAddWithoutValidation(name, value[..random.Next("ACS3-HMAC-SHA256".Length, value.Length)]);
                return;
            default:
                var at = random.Next(name == "Authorization" ? "ACS3-HMAC-SHA256 ".Length : 0, value.Length);
                message.Headers.Remove(name);
                message.Headers.TryAddWithoutValidation(name, value.Remove(at, 1).Insert(at, value[at] == 'z' ? "y" : "z"));
                return;
        }
    });
}
