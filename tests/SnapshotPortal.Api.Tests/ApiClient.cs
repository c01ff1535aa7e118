using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SnapshotPortal.Api.Tests;

/// <summary>Signs requests as SPEC 6.4 and 6.5 say, by an implementation of its own, and sends them.</summary>
internal sealed class ApiClient(TestApi api, string keyId, string secret) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = api.Address };

    public string KeyId => keyId;

    /// <summary>Sends with the signature of the present generation, parameters in the query.</summary>
    public Task<ApiAnswer> SendV3Async(string action, params (string Name, string Value)[] parameters) => SendV3Async(action, parameters, _ => { });

    /// <summary>The same, with the headers changed before (true) or after signing.</summary>
    public async Task<ApiAnswer> SendV3Async(
        string action, (string Name, string Value)[] parameters, Action<Dictionary<string, string>> before, Action<HttpRequestMessage>? after = null, string? body = null)
    {
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = api.Address.Authority,
            ["x-acs-action"] = action,
            ["x-acs-version"] = "2014-05-26",
            ["x-acs-date"] = Now(),
            ["x-acs-signature-nonce"] = NewNonce(),
            ["x-acs-content-sha256"] = Hex(SHA256.HashData(Encoding.UTF8.GetBytes(body ?? ""))),
        };
        if (body is not null) headers["content-type"] = "application/x-www-form-urlencoded";
        before(headers);
        var names = headers.Keys.Order(StringComparer.Ordinal).ToList();
        var canonical = $"POST\n/\n{Canonical(parameters)}\n{string.Concat(names.Select(name => $"{name}:{headers[name]}\n"))}\n{string.Join(';', names)}\n{headers["x-acs-content-sha256"]}";
        var toSign = $"ACS3-HMAC-SHA256\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var signature = Hex(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(toSign)));

        using var message = new HttpRequestMessage(HttpMethod.Post, $"/?{Canonical(parameters)}");
        if (body is not null) message.Content = new StringContent(body, Encoding.UTF8) { Headers = { ContentType = new("application/x-www-form-urlencoded") } };
        foreach (var (name, value) in headers.Where(header => header.Key is not ("host" or "content-type"))) message.Headers.TryAddWithoutValidation(name, value);
        message.Headers.TryAddWithoutValidation("Authorization", $"ACS3-HMAC-SHA256 Credential={keyId},SignedHeaders={string.Join(';', names)},Signature={signature}");
        after?.Invoke(message);
        return await SendAsync(message);
    }

    /// <summary>Sends with the signature of the first generation, everything in the query.</summary>
    public Task<ApiAnswer> SendV1Async(string action, params (string Name, string Value)[] parameters) => SendV1Async(HttpMethod.Get, SignV1("GET", action, parameters));

    /// <summary>Sends parameters that are signed, or meant to look so.</summary>
    public async Task<ApiAnswer> SendV1Async(HttpMethod method, IEnumerable<(string Name, string Value)> signed)
    {
        using var message = new HttpRequestMessage(method, $"/?{Canonical(signed)}");
        return await SendAsync(message);
    }

    /// <summary>The parameters of a request of the first generation, signed; those that are given replace the common ones.</summary>
    public Dictionary<string, string> V1(string method, string action, params (string Name, string Value)[] parameters)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Action"] = action,
            ["Version"] = "2014-05-26",
            ["AccessKeyId"] = keyId,
            ["SignatureMethod"] = "HMAC-SHA1",
            ["SignatureVersion"] = "1.0",
            ["SignatureNonce"] = NewNonce(),
            ["Timestamp"] = Now(),
            ["Format"] = "JSON",
        };
        foreach (var (name, value) in parameters) all[name] = value;
        var toSign = $"{method}&%2F&{Uri.EscapeDataString(Canonical(all.Select(each => (each.Key, each.Value))))}";
#pragma warning disable CA5350 // the protocol's
        all["Signature"] = Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret + "&"), Encoding.UTF8.GetBytes(toSign)));
#pragma warning restore CA5350
        return all;
    }

    public async Task<ApiAnswer> SendAsync(HttpRequestMessage message)
    {
        using var response = await http.SendAsync(message);
        return new(response.StatusCode, response.Content.Headers.ContentType?.ToString() ?? "", await response.Content.ReadAsStringAsync(), response.Headers);
    }

    public void Dispose() => http.Dispose();

    public string Now() => api.Time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string NewNonce() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    private IEnumerable<(string Name, string Value)> SignV1(string method, string action, (string Name, string Value)[] parameters)
        => V1(method, action, parameters).Select(each => (each.Key, each.Value));

    private static string Canonical(IEnumerable<(string Name, string Value)> parameters)
        => string.Join('&', parameters.OrderBy(each => each.Name, StringComparer.Ordinal).Select(each => $"{Uri.EscapeDataString(each.Name)}={Uri.EscapeDataString(each.Value)}"));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

/// <summary>What came back.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, string ContentType, string Body, System.Net.Http.Headers.HttpResponseHeaders Headers)
{
    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>The code of a refusal; null where it is none.</summary>
    public string? Code => Json.TryGetProperty(nameof(Code), out var code) ? code.GetString() : null;

    /// <summary>Status and code, as the tables of the specification have them.</summary>
    public (int Status, string? Code) Outcome => ((int)Status, Code);
}
