using System.Net;
using System.Net.Http.Json;
using SnapshotPortal.EndToEnd.Tests.Harness;

namespace SnapshotPortal.EndToEnd.Tests;

/// <summary>What the upload's endpoints do not take, whatever sends it.</summary>
[Collection(SharedStage.Name)]
public sealed class UploadRefusalTests(Stage stage)
{
    private const long GiB = 1L << 30;
    private static readonly byte[] Part = Ext4Image.Noise(seed: 3, 8 << 20);

    [Fact]
    public Task A_part_with_a_wrong_hash_is_refused_and_not_written() => WithDiskAsync("hashes", async (client, disk) =>
    {
        using var begun = await client.BeginAsync(disk, Part.Length);
        var upload = $"{disk}/uploads/{await PortalClient.TextAsync(begun, "uploadId")}";

        using var wrong = await client.PutPartAsync(upload, 1, Part, sha256: new string('0', 64));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("does not have the hash", await PortalClient.TextAsync(wrong, "message"), StringComparison.Ordinal);

        using var truncated = await client.PutPartAsync(upload, 1, Part.AsMemory(0, 1000));
        Assert.Equal(HttpStatusCode.BadRequest, truncated.StatusCode);

        using var early = await client.SendAsync(new(HttpMethod.Post, $"{upload}/complete") { Headers = { { PortalClient.OwnScript, "1" } } });
        Assert.Equal(HttpStatusCode.Conflict, early.StatusCode); // the part is still missing

        using var right = await client.PutPartAsync(upload, 1, Part);
        Assert.Equal(HttpStatusCode.NoContent, right.StatusCode);
    });

    [Fact]
    public Task An_image_larger_than_the_disk_is_refused_before_it_is_sent() => WithDiskAsync("too-small", async (client, disk) =>
    {
        using var refused = await client.BeginAsync(disk, GiB + 1);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("LengthBytes", await PortalClient.TextAsync(refused, "parameter"));

        using var whole = await client.BeginAsync(disk, GiB);
        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
    });

    [Fact]
    public Task A_request_that_no_page_of_the_portal_sent_is_refused() => WithDiskAsync("foreign", async (client, disk) =>
    {
        using var bare = await client.SendAsync(Begin());
        Assert.Equal(HttpStatusCode.Forbidden, bare.StatusCode);

        var foreign = Begin();
        foreign.Headers.Add(PortalClient.OwnScript, "1");
        foreign.Headers.Add("Origin", "https://elsewhere.example");
        using var crossing = await client.SendAsync(foreign);
        Assert.Equal(HttpStatusCode.Forbidden, crossing.StatusCode);

        HttpRequestMessage Begin() => new(HttpMethod.Post, $"{disk}/uploads") { Content = JsonContent.Create(new { lengthBytes = GiB }) };
    });

    [Fact]
    public Task Somebody_who_is_not_signed_in_gets_nothing() => WithDiskAsync("closed", async (_, disk) =>
    {
        using var stranger = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = stage.Portal.Address };
        using var begin = new HttpRequestMessage(HttpMethod.Post, $"{disk}/uploads") { Content = JsonContent.Create(new { lengthBytes = GiB }), Headers = { { PortalClient.OwnScript, "1" } } };
        using var upload = await stranger.SendAsync(begin);
        Assert.Equal(HttpStatusCode.Unauthorized, upload.StatusCode);

        using var download = await stranger.GetAsync(new Uri($"{disk}/content", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Redirect, download.StatusCode);
        Assert.StartsWith("/sign-in", new Uri(stage.Portal.Address, download.Headers.Location!).AbsolutePath, StringComparison.Ordinal);
    });

    private Task WithDiskAsync(string name, Func<PortalClient, string, Task> body) => stage.VisitAsync(async visit =>
    {
        await visit.Page.GotoAsync("/");
        await visit.CreateDiskAsync(name, 1);
        using var client = await PortalClient.OfAsync(visit);
        await body(client, new Uri(visit.Page.Url).AbsolutePath);
    }, test: name);
}
