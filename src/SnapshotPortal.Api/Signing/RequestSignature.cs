using System.Security.Cryptography;
using System.Text;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Api.Signing;

/// <summary>What a request claims about itself, and the signature over that.</summary>
internal abstract class RequestSignature
{
    public required string Action { get; init; }

    public required string Version { get; init; }

    /// <summary>As sent.</summary>
    public required string Timestamp { get; init; }

    public required string AccessKeyId { get; init; }

    public required string Nonce { get; init; }

    public required string Signature { get; init; }

    public abstract bool IsV3 { get; }

    /// <summary>What the server would sign.</summary>
    public abstract string StringToSign { get; }

    /// <summary>The signature of a request by its generation (SPEC 6.3); refuses one that lacks a part.</summary>
    public static RequestSignature Read(ApiRequest request) => request.IsV3 ? SignatureV3.ReadFrom(request) : SignatureV1.ReadFrom(request);

    /// <summary>Whether the secret makes this signature; in a time that does not tell how far they agree.</summary>
    public bool IsMadeWith(string secret) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Sign(secret)), Encoding.UTF8.GetBytes(Signature));

    protected abstract string Sign(string secret);

    protected static OperationException Missing(string name) => new(OperationErrors.Missing(name), name);
}
