using System.Text;
using Microsoft.AspNetCore.Http;
using SnapshotPortal.Api.Signing;

namespace SnapshotPortal.Api.Tests.Signing;

/// <summary>The worked and the published vectors (SPEC 6.11).</summary>
public sealed class SignatureVectorsTests
{
    private const string Secret = "ExampleSecret0123456789abcdef";
    private const string Business = "DiskId=d-bp1example0001&SnapshotName=nightly:db-01.v2&Description=before+%22patch%22+(a%2Bb)*~+%E5%BF%AB%E7%85%A7&Tag.1.Key=env&Tag.1.Value=&Tag.2.Key=team&Tag.2.Value=storage+%26+backup&RetentionDays=30";
    private const string Common = "AccessKeyId=LTAI5tExampleKey0001&Action=CreateSnapshot&Format=JSON&SignatureMethod=HMAC-SHA1&SignatureNonce=3f2c1e9a5b7d4e8fa0c6d2b14e957f38&SignatureVersion=1.0&Timestamp=2026-11-22T08:00:00Z&Version=2014-05-26";

    [Theory]
    [InlineData("GET", "96iTB8cTbLhyHnnLvvDFCyJwXFI=")]
    [InlineData("POST", "HYB/rywgVC5RPxvlfXOps0St2NI=")]
    public async Task First_generation(string method, string expected)
    {
        var signature = RequestSignature.Read(await RequestAsync(method, $"{Business}&{Common}&Signature={Uri.EscapeDataString(expected)}"));

        Assert.StartsWith($"{method}&%2F&AccessKeyId%3DLTAI5tExampleKey0001%26Action%3DCreateSnapshot%26Description%3Dbefore%2520%2522patch%2522%2520%2528a%252Bb%2529%252A~%2520%25E5%25BF%25AB", signature.StringToSign, StringComparison.Ordinal);
        Assert.EndsWith("%26Tag.2.Value%3Dstorage%2520%2526%2520backup%26Timestamp%3D2026-11-22T08%253A00%253A00Z%26Version%3D2014-05-26", signature.StringToSign, StringComparison.Ordinal);
        Assert.True(signature.IsMadeWith(Secret));
        Assert.False(signature.IsMadeWith(Secret + "0"));
    }

    [Fact]
    public async Task First_generation_as_published()
        => Assert.True(RequestSignature.Read(await RequestAsync("GET", "AccessKeyId=testid&Action=DescribeRegions&Format=XML&SignatureMethod=HMAC-SHA1&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&SignatureVersion=1.0&Timestamp=2016-02-23T12%3A46%3A24Z&Version=2014-05-26&Signature=OLeaidS1JvxuMvnyHOwuJ%2BuX5qY%3D")).IsMadeWith("testsecret"));

    [Fact]
    public async Task Present_generation_with_parameters_in_the_query()
    {
        var signature = (SignatureV3)RequestSignature.Read(await RequestAsync("POST", Business, context => Sign(
            context, "3f2c1e9a5b7d4e8fa0c6d2b14e957f38", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version", "e03b0ce31b0de42859b9d98d28840ea83fa6d9558fa77378d8987331e0251306")));

        Assert.Equal("ACS3-HMAC-SHA256\n23bd34eecca323f7d1b9304ebbe391926aa217737d9401812a8d48162a21f176", signature.StringToSign);
        Assert.Equal("""
            POST
            /
            Description=before%20%22patch%22%20%28a%2Bb%29%2A~%20%E5%BF%AB%E7%85%A7&DiskId=d-bp1example0001&RetentionDays=30&SnapshotName=nightly%3Adb-01.v2&Tag.1.Key=env&Tag.1.Value=&Tag.2.Key=team&Tag.2.Value=storage%20%26%20backup
            host:127.0.0.1:8080
            x-acs-action:CreateSnapshot
            x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
            x-acs-credentials-provider:static_ak
            x-acs-date:2026-11-22T08:00:00Z
            x-acs-signature-nonce:3f2c1e9a5b7d4e8fa0c6d2b14e957f38
            x-acs-version:2014-05-26

            host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version
            e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
            """, signature.CanonicalRequest, ignoreLineEndingDifferences: true);
        Assert.True(signature.IsMadeWith(Secret));
    }

    [Fact]
    public async Task Present_generation_with_a_form()
    {
        const string body = "DiskId=d-bp1example0001&SnapshotName=nightly";
        const string hash = "50f4018802df9989f177f6295532407d0866dc367716ab7172997e44cbd51cd6";
        var request = await RequestAsync("POST", "", context => Form(context, body), context => Sign(
            context, "3f2c1e9a5b7d4e8fa0c6d2b14e957f39", hash,
            "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version", "fc4e638c13203011f0cbb1a25356ed13ff785263ef00e75f6c2dc28bd2cbb861"));

        Assert.EndsWith("e8d16d4f6258606987c50d49a64200d662fd1be6c26d7d43dd950052bdd95431", RequestSignature.Read(request).StringToSign, StringComparison.Ordinal);
        Assert.True(RequestSignature.Read(request).IsMadeWith(Secret));
        Assert.Equal("nightly", request.Find("snapshotname"));
    }

    [Fact]
    public async Task A_body_that_is_not_the_signed_one_does_not_match()
    {
        var request = await RequestAsync("POST", "", context => Form(context, "DiskId=d-bp1example0002&SnapshotName=nightly"), context => Sign(
            context, "3f2c1e9a5b7d4e8fa0c6d2b14e957f39", "50f4018802df9989f177f6295532407d0866dc367716ab7172997e44cbd51cd6",
            "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version", "fc4e638c13203011f0cbb1a25356ed13ff785263ef00e75f6c2dc28bd2cbb861"));
        Assert.False(RequestSignature.Read(request).IsMadeWith(Secret));
    }

    private static void Form(HttpContext context, string body)
    {
        context.Request.ContentType = "application/x-www-form-urlencoded";
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
    }

    private static void Sign(HttpContext context, string nonce, string bodySha256, string signedHeaders, string signature)
    {
        var headers = context.Request.Headers;
        headers["x-acs-action"] = "CreateSnapshot";
        headers["x-acs-version"] = "2014-05-26";
        headers["x-acs-date"] = "2026-11-22T08:00:00Z";
        headers["x-acs-signature-nonce"] = nonce;
        headers["x-acs-content-sha256"] = bodySha256;
        headers["x-acs-credentials-provider"] = "static_ak";
        headers.Authorization = $"ACS3-HMAC-SHA256 Credential=LTAI5tExampleKey0001, SignedHeaders={signedHeaders}, Signature={signature}";
    }

    private static Task<ApiRequest> RequestAsync(string method, string query, params Action<HttpContext>[] shape)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = method;
        context.Request.Path = "/";
        context.Request.QueryString = new("?" + query);
        context.Request.Host = new("127.0.0.1:8080");
        foreach (var each in shape) each(context);
        return ApiRequest.ReadAsync(context);
    }
}
