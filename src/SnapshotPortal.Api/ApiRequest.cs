using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Api;

/// <summary>A request as it came: what signatures are checked over, and where parameters are looked up.</summary>
internal sealed class ApiRequest
{
    /// <summary>SPEC 6.1. RunInstances with user data is the largest that SDKs send.</summary>
    public const int BodyBytesMax = 1 << 20;

    /// <summary>Far more than any action takes; sorting and binding stay cheap.</summary>
    public const int ParametersMax = 4096;

    private static readonly Lazy<List<Pair>> NoPairs = new(() => []);

    private ApiRequest(HttpRequest http, byte[] body)
    {
        (Http, Body) = (http, body);
        Query = QueryText.Parse(http.QueryString.Value);
        Form = http.HasFormContentType && http.ContentType!.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase)
            ? QueryText.Parse(System.Text.Encoding.UTF8.GetString(body))
            : NoPairs.Value;
    }

    public HttpRequest Http { get; }

    public byte[] Body { get; }

    /// <summary>Names as spelled, values decoded, in the order of the wire.</summary>
    public IReadOnlyList<Pair> Query { get; }

    public IReadOnlyList<Pair> Form { get; }

    public bool IsV3 => Http.Headers.Authorization.ToString().StartsWith("ACS3-HMAC-SHA256", StringComparison.Ordinal);

    /// <summary>Whether it asks for an action in any of the ways that clients do (SPEC 6.1).</summary>
    public bool NamesAction => IsV3 || Http.Headers.ContainsKey("x-acs-action") || Find("Action") is not null;

    /// <summary>A parameter of query or form, whatever the case of its name; the query's where both have it.</summary>
    public string? Find(string name) => (FindIn(Query, name) ?? FindIn(Form, name))?.Value;

    /// <summary>Reads a request; one with too large a body is told so before its end is read.</summary>
    public static async Task<ApiRequest> ReadAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = BodyBytesMax;
        if (context.Request.ContentLength > BodyBytesMax) throw new OperationException(ApiErrors.BodyTooLarge);
        var body = Array.Empty<byte>();
        if (context.Request.ContentLength is not 0)
        {
            using var buffer = new MemoryStream();
            try
            {
                await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
            }
            catch (BadHttpRequestException exception) when (exception.StatusCode == StatusCodes.Status413PayloadTooLarge)
            {
                throw new OperationException(ApiErrors.BodyTooLarge, innerException: exception);
            }

            body = buffer.ToArray();
        }

        return new(context.Request, body);
    }

    private static Pair? FindIn(IReadOnlyList<Pair> pairs, string name)
    {
        foreach (var pair in pairs)
        {
            if (string.Equals(pair.Name, name, StringComparison.OrdinalIgnoreCase)) return pair;
        }

        return null;
    }
}

/// <summary>A parameter as spelled.</summary>
internal sealed record Pair(string Name, string Value);

/// <summary>Query and form text.</summary>
internal static class QueryText
{
    /// <summary>Takes the text apart; escapes are UTF-8, '+' is a space.</summary>
    public static List<Pair> Parse(string? text)
    {
        var pairs = new List<Pair>();
        foreach (var part in (text ?? "").TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var cut = part.IndexOf('=', StringComparison.Ordinal);
            pairs.Add(cut < 0 ? new(Decode(part), "") : new(Decode(part[..cut]), Decode(part[(cut + 1)..])));
            if (pairs.Count > ApiRequest.ParametersMax) throw new OperationException(ApiErrors.TooManyParameters);
        }

        return pairs;
    }

    /// <summary>As signatures write it: percent-escapes of UTF-8 for all but letters, digits and <c>-_.~</c>.</summary>
    public static string Encode(string text) => Uri.EscapeDataString(text);

    /// <summary>Sorted by name as signatures do, joined and escaped.</summary>
    public static string Canonical(IEnumerable<Pair> pairs)
        => string.Join('&', pairs.OrderBy(pair => pair.Name, StringComparer.Ordinal).Select(pair => $"{Encode(pair.Name)}={Encode(pair.Value)}"));

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
