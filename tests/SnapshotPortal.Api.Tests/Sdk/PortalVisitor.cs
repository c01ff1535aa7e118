using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using SnapshotPortal.EndToEnd.Tests.Harness;

namespace SnapshotPortal.Api.Tests.Sdk;

/// <summary>The administrator, signed in at the portal: puts images into disks and takes their content out, as the pages do.</summary>
internal sealed partial class PortalVisitor : IDisposable
{
    private readonly HttpClient http;
    private string account = "";

    private PortalVisitor(Uri address) => http = new(new HttpClientHandler { CookieContainer = new() }) { BaseAddress = address };

    public static async Task<PortalVisitor> SignInAsync(Portal portal)
    {
        var visitor = new PortalVisitor(portal.Address);
        var form = Hidden().Matches(await visitor.http.GetStringAsync("/sign-in")).ToDictionary(field => field.Groups["name"].Value, field => WebUtility.HtmlDecode(field.Groups["value"].Value), StringComparer.Ordinal);
        form["Input.Email"] = Portal.Administrator.Email;
        form["Input.Password"] = Portal.Administrator.Password;
        using var signedIn = await visitor.http.PostAsync("/sign-in", new FormUrlEncodedContent(form));
        signedIn.EnsureSuccessStatusCode();
        visitor.account = $"/a/{await AccountAsync(portal.DataPath)}";
        return visitor;
    }

    public async Task UploadAsync(string disk, byte[] image)
    {
        var begun = await SendAsync(HttpMethod.Post, $"{account}/disks/{disk}/uploads", JsonContent.Create(new { lengthBytes = image.Length }));
        var upload = $"{account}/disks/{disk}/uploads/{begun.GetProperty("uploadId").GetString()}";
        var part = new ByteArrayContent(image) { Headers = { { "Content-SHA256", Convert.ToHexStringLower(SHA256.HashData(image)) } } };
        await SendAsync(HttpMethod.Put, $"{upload}/parts/1", part);
        await SendAsync(HttpMethod.Post, $"{upload}/complete", null);
    }

    /// <summary>The beginning of a disk.</summary>
    public async Task<byte[]> ReadAsync(string disk, int lengthBytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{account}/disks/{disk}/content") { Headers = { Range = new(0, lengthBytes - 1) } };
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsByteArrayAsync();
    }

    public void Dispose() => http.Dispose();

    /// <summary>The only one; pages tell it to circuits alone.</summary>
    private static async Task<string> AccountAsync(string dataPath)
    {
        await using var database = new SqliteConnection($"Data Source={Path.Combine(dataPath, "portal.db")};Mode=ReadOnly;Pooling=False");
        await database.OpenAsync();
        await using var query = new SqliteCommand("SELECT Id FROM Accounts", database);
        return (string)(await query.ExecuteScalarAsync())!;
    }

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content, Headers = { { "X-Portal-Request", "1" } } };
        if (content?.Headers.TryGetValues("Content-SHA256", out var hash) == true)
        {
            request.Headers.Add("Content-SHA256", hash);
            content.Headers.Remove("Content-SHA256");
        }

        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Hidden();
}
