using System.Text.Json;

namespace SnapshotPortal.Api.Tests.Signing;

/// <summary>Requests that SDKs of both generations have sent, byte by byte as recorded (SPEC 6.10).</summary>
public sealed class RecordedRequestsTests : IAsyncLifetime
{
    private const string Head = "POST /?Description=%E5%BF%AB%E7%85%A7%20%22x%22%2By&DiskId=d-bp1test&InstantAccess=true&RetentionDays=30&SnapshotName=daily%20backup%20(1)*~&Tag.1.Key=env&Tag.1.Value=prod&Tag.2.Key=%E7%A9%BA&Tag.2.Value= HTTP/1.1\r\n";

    private TestApi api = null!;

    public async Task InitializeAsync()
    {
        api = await TestApi.StartAsync();
        api.Time.MoveTo(new(2026, 11, 22, 7, 16, 0, TimeSpan.Zero));
    }

    public async Task DisposeAsync() => await api.DisposeAsync();

    [Fact]
    public async Task Present_sdk_with_its_own_signature()
        => Assert.Equal((400, "InvalidSnapshotName.Malformed"), await SendAsync(Head + """
            host: 127.0.0.1:18080
            x-acs-version: 2014-05-26
            x-acs-action: CreateSnapshot
            user-agent: AlibabaCloud (linux; x64) Node.js/v20 Core/1.0 TeaDSL/2
            x-acs-date: 2026-11-22T07:15:37Z
            x-acs-signature-nonce: f1fe71772ac70be2f1e24b55528277ad28064c174518c3bdd28bdcaaf0029d74
            accept: application/json
            x-acs-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
            x-acs-credentials-provider: static_ak
            Authorization: ACS3-HMAC-SHA256 Credential=LTAItestAccessKey,SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-credentials-provider;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature=6facf8b630eed7f5c8911b25297a5103906ac2edbb9fb7b0ea69b666a351e90e
            Connection: close
            Content-Length: 0


            """));

    [Fact]
    public async Task Present_sdk_with_the_signature_of_the_first_generation()
        => Assert.Equal((400, "InvalidSnapshotName.Malformed"), await SendAsync("""
            POST /?Action=CreateSnapshot&Format=json&Version=2014-05-26&Timestamp=2026-11-22T07%3A15%3A37Z&SignatureNonce=70d6333a1f444e7333aa583b7c7d4c33a62ac57bb4b00bcdad213559132729e8&Description=%E5%BF%AB%E7%85%A7%20%22x%22%2By&DiskId=d-bp1test&InstantAccess=true&RetentionDays=30&SnapshotName=daily%20backup%20(1)*~&Tag.1.Key=env&Tag.1.Value=prod&Tag.2.Key=%E7%A9%BA&Tag.2.Value=&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&AccessKeyId=LTAItestAccessKey&Signature=pVBELJaRIuL6IBr4PzOqmDXJ238%3D HTTP/1.1
            host: 127.0.0.1:18080
            x-acs-version: 2014-05-26
            x-acs-action: CreateSnapshot
            x-acs-credentials-provider: static_ak
            Connection: close
            Content-Length: 0


            """));

    [Fact]
    public async Task First_sdk_by_get()
        => AssertAuthenticated(await SendAsync("""
            GET /?AccessKeyId=LTAItestAccessKey&Action=CreateAutoSnapshotPolicy&Format=JSON&RegionId=cn-hangzhou&RepeatWeekdays=%5B%221%22%5D&RetentionDays=-1&SignatureMethod=HMAC-SHA1&SignatureNonce=20ec90ae7ca09d3ede179ccb212fc8b3&SignatureVersion=1.0&TimePoints=%5B%221%22%5D&Timestamp=2026-11-22T07%3A15%3A37Z&Version=2014-05-26&Signature=8wQqnNJq0J8E5UeH37zZ7kWewMY%3D HTTP/1.1
            x-sdk-client: Node.js(v20), @alicloud/pop-core: 1.8.0
            x-acs-action: CreateAutoSnapshotPolicy
            x-acs-version: 2014-05-26
            Host: 127.0.0.1:18080
            Connection: close


            """));

    [Fact]
    public async Task First_sdk_by_form()
        => AssertAuthenticated(await SendAsync("""
            POST / HTTP/1.1
            x-acs-action: RunInstances
            x-acs-version: 2014-05-26
            content-type: application/x-www-form-urlencoded
            Host: 127.0.0.1:18080
            Connection: close
            Content-Length: 357

            AccessKeyId=LTAItestAccessKey&Action=RunInstances&DataDisk.1.Category=cloud_essd&DataDisk.1.Size=20&Format=JSON&RegionId=cn-hangzhou&SignatureMethod=HMAC-SHA1&SignatureNonce=e150cca458c30cc111e931394a596a6c&SignatureVersion=1.0&SystemDisk.Category=cloud_essd&Timestamp=2026-11-22T07%3A15%3A37Z&Version=2014-05-26&Signature=%2BbQerUHCmpl49sLJaJ%2FDdcI5i0g%3D
            """));

    [Fact]
    public async Task A_recorded_request_is_taken_once()
    {
        await Present_sdk_with_its_own_signature();
        var again = await Assert.ThrowsAnyAsync<Exception>(Present_sdk_with_its_own_signature);
        Assert.Contains("SignatureNonceUsed", again.Message, StringComparison.Ordinal);
    }

    private async Task<(int Status, string? Code)> SendAsync(string request)
    {
        var (status, _, body) = await RawHttp.SendAsync(api.Address, request.ReplaceLineEndings("\r\n"));
        return (status, JsonDocument.Parse(body).RootElement.GetProperty("Code").GetString());
    }

    /// <summary>The regions of the recordings do not exist here: what is refused is that, or the action, and not the signature.</summary>
    private static void AssertAuthenticated((int Status, string? Code) answer)
        => Assert.Contains(answer.Code, (string[])["UnsupportedOperation", "InvalidRegionId.NotFound", "MissingParameter", "InvalidParameter"]);
}
