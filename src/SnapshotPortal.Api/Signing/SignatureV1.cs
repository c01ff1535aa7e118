using System.Security.Cryptography;
using System.Text;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Api.Signing;

/// <summary>The signature of the first generation: HMAC-SHA1 over all parameters of query and form (SPEC 6.4).</summary>
internal sealed class SignatureV1 : RequestSignature
{
    private readonly string method;
    private readonly List<Pair> parameters;

    private SignatureV1(ApiRequest request)
    {
        method = request.Http.Method;
        parameters = [.. request.Query.Concat(request.Form).Where(pair => !string.Equals(pair.Name, nameof(Signature), StringComparison.OrdinalIgnoreCase))];
    }

    public override bool IsV3 => false;

    public override string StringToSign => $"{method}&%2F&{QueryText.Encode(QueryText.Canonical(parameters))}";

    public static SignatureV1 ReadFrom(ApiRequest request)
    {
        var signature = new SignatureV1(request)
        {
            Action = Required("Action"),
            Version = Required("Version"),
            AccessKeyId = Required("AccessKeyId"),
            Nonce = Required("SignatureNonce"),
            Timestamp = Required("Timestamp"),
            Signature = Required("Signature"),
        };
        if (Required("SignatureMethod") != "HMAC-SHA1") throw new OperationException(ApiErrors.SignatureMethodUnsupported, "SignatureMethod");
        if (Required("SignatureVersion") != "1.0") throw new OperationException(ApiErrors.SignatureMethodUnsupported, "SignatureVersion");
        return signature;

        string Required(string name) => request.Find(name) is { Length: > 0 } value ? value : throw Missing(name);
    }

#pragma warning disable CA5350 // the protocol is what it is, and HMAC-SHA1 is not broken
    protected override string Sign(string secret)
        => Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret + "&"), Encoding.UTF8.GetBytes(StringToSign)));
#pragma warning restore CA5350
}
