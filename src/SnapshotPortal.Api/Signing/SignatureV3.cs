using System.Security.Cryptography;
using System.Text;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Api.Signing;

/// <summary>The signature of the present generation: HMAC-SHA256 over method, query, named headers and the hash of the body (SPEC 6.5).</summary>
internal sealed class SignatureV3 : RequestSignature
{
    private const string Algorithm = "ACS3-HMAC-SHA256";
    private static readonly string[] SignedAlways = ["host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"];

    private readonly ApiRequest request;
    private readonly string signedHeaders;
    private readonly string bodySha256;

    private SignatureV3(ApiRequest request, string signedHeaders)
    {
        (this.request, this.signedHeaders) = (request, signedHeaders);
        bodySha256 = Hex(SHA256.HashData(request.Body));
    }

    public override bool IsV3 => true;

    public override string StringToSign => $"{Algorithm}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(CanonicalRequest)))}";

    /// <summary>What the string to sign is the hash of.</summary>
    public string CanonicalRequest
    {
        get
        {
            var headers = new StringBuilder();
            foreach (var name in signedHeaders.Split(';').Order(StringComparer.Ordinal))
                headers.Append(name.ToLowerInvariant()).Append(':').Append(request.Http.Headers[name].ToString().Trim()).Append('\n');
            return $"{request.Http.Method}\n/\n{QueryText.Canonical(request.Query)}\n{headers}\n{signedHeaders}\n{bodySha256}";
        }
    }

    public static SignatureV3 ReadFrom(ApiRequest request)
    {
        var parts = Parts(request.Http.Headers.Authorization.ToString()[Algorithm.Length..]);
        var names = parts["SignedHeaders"].Split(';').ToHashSet(StringComparer.Ordinal);
        if (!SignedAlways.All(names.Contains)) throw new OperationException(ApiErrors.SignatureIncomplete);
        // What is not signed must not decide: without its type a body is no form.
        if (request.Form.Count > 0 && !names.Contains("content-type")) throw new OperationException(ApiErrors.SignatureIncomplete);
        return new(request, parts["SignedHeaders"])
        {
            Action = Header("x-acs-action"),
            Version = Header("x-acs-version"),
            Timestamp = Header("x-acs-date"),
            Nonce = Header("x-acs-signature-nonce"),
            AccessKeyId = parts["Credential"],
            Signature = parts["Signature"],
        };

        string Header(string name) => request.Http.Headers[name].ToString() is { Length: > 0 } value ? value : throw Missing(name);
    }

    /// <summary>A body that is not the one of the header fails the comparison, as any other difference does.</summary>
    protected override string Sign(string secret)
        => string.Equals(request.Http.Headers["x-acs-content-sha256"], bodySha256, StringComparison.Ordinal)
            ? Hex(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(StringToSign)))
            : "";

    private static Dictionary<string, string> Parts(string authorization)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in authorization.Split(',', StringSplitOptions.TrimEntries))
        {
            if (part.Split('=', 2) is [var name, { Length: > 0 } value]) parts[name] = value;
        }

        return parts.ContainsKey("Credential") && parts.ContainsKey("SignedHeaders") && parts.ContainsKey("Signature")
            ? parts
            : throw new OperationException(ApiErrors.SignatureIncomplete);
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
