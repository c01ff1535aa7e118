using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;

namespace SnapshotPortal.EndToEnd.Tests.Harness;

/// <summary>Requests as the portal's own scripts send them, by a visitor who is signed in, without the browser.</summary>
internal sealed class PortalClient : IDisposable
{
    public const string OwnScript = "X-Portal-Request";
    private readonly HttpClient http;

    private PortalClient(HttpClient http) => this.http = http;

    public static async Task<PortalClient> OfAsync(Visit visit)
    {
        var cookies = new CookieContainer();
        foreach (var cookie in await visit.Context.CookiesAsync())
            cookies.Add(new Cookie(cookie.Name, cookie.Value, cookie.Path, cookie.Domain));
        return new(new HttpClient(new HttpClientHandler { CookieContainer = cookies, AllowAutoRedirect = false })
        {
            BaseAddress = visit.Portal.Address,
            Timeout = TimeSpan.FromMinutes(2),
        });
    }

    public void Dispose() => http.Dispose();

    /// <summary>Sends a request as it is given, without what the portal's scripts add.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);

    /// <summary>Begins an upload into the disk of this address; null where it is refused.</summary>
    public async Task<HttpResponseMessage> BeginAsync(string disk, long lengthBytes)
    {
        using var request = Own(HttpMethod.Post, $"{disk}/uploads", JsonContent.Create(new { lengthBytes }));
        return await http.SendAsync(request);
    }

    public async Task<HttpResponseMessage> PutPartAsync(string upload, int part, ReadOnlyMemory<byte> bytes, string? sha256 = null)
    {
        using var request = Own(HttpMethod.Put, $"{upload}/parts/{part.ToString(CultureInfo.InvariantCulture)}", new ReadOnlyMemoryContent(bytes));
        request.Headers.TryAddWithoutValidation("Content-SHA256", sha256 ?? Convert.ToHexStringLower(SHA256.HashData(bytes.Span)));
        return await http.SendAsync(request);
    }

    /// <summary>Uploads an image into the disk of this address, to the end.</summary>
    public async Task UploadAsync(string disk, Ext4Image image)
    {
        await using var stream = File.OpenRead(image.Path);
        using var begun = await BeginAsync(disk, stream.Length);
        var upload = $"{disk}/uploads/{await TextAsync(begun, "uploadId")}";
        var partBytes = await NumberAsync(begun, "partBytes");
        var buffer = new byte[partBytes];
        for (var part = 1; await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false) is > 0 and var length; part++)
            (await PutPartAsync(upload, part, buffer.AsMemory(0, length))).EnsureSuccessStatusCode().Dispose();
        using var complete = Own(HttpMethod.Post, $"{upload}/complete", null);
        (await http.SendAsync(complete)).EnsureSuccessStatusCode().Dispose();
    }

    /// <summary>The SHA-256 of what an address gives.</summary>
    public async Task<string> Sha256Async(string address)
    {
        await using var content = await http.GetStreamAsync(new Uri(address, UriKind.RelativeOrAbsolute));
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content));
    }

    public static async Task<string> TextAsync(HttpResponseMessage answer, string name) => (await MemberAsync(answer, name)).GetString()!;

    public static async Task<int> NumberAsync(HttpResponseMessage answer, string name) => (await MemberAsync(answer, name)).GetInt32();

    private static async Task<JsonElement> MemberAsync(HttpResponseMessage answer, string name) =>
        JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty(name);

    private static HttpRequestMessage Own(HttpMethod method, string address, HttpContent? content) =>
        new(method, address) { Content = content, Headers = { { OwnScript, "1" } } };
}
