using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Api;

/// <summary>What the API refuses before an operation is asked (SPEC 6.6, 6.7).</summary>
internal static class ApiErrors
{
    public static readonly OperationError MethodUnsupported = new("UnsupportedHTTPMethod", 403, "The HTTP method is not supported.", "Use GET or POST.");

    public static readonly OperationError PathUnknown = new("InvalidAction.NotFound", 404, "The API lives at the path / only.", "Configure the client with a host and port, without a path.");

    public static readonly OperationError BodyTooLarge = new("RequestEntityTooLarge", 413, "The body of the request is larger than 1 MiB.", "Send less at once.");

    public static readonly OperationError TooManyParameters = new("InvalidParameter", 400, "The request has more parameters than any action takes.", "Send less at once.");

    public static readonly OperationError SignatureIncomplete = new("IncompleteSignature", 400, "The request signature is incomplete.", "Send Authorization with Credential, SignedHeaders and Signature, and sign host, x-acs-action, x-acs-version, x-acs-date, x-acs-signature-nonce and x-acs-content-sha256.");

    public static readonly OperationError SignatureMethodUnsupported = new("InvalidParameter", 400, "The parameter SignatureMethod is not valid.", "Use HMAC-SHA1 with SignatureVersion 1.0, or ACS3-HMAC-SHA256.");

    public static readonly OperationError VersionInvalid = new("InvalidVersion", 400, "The version is not valid.", "Use 2014-05-26.");

    public static readonly OperationError ActionUnknown = new("InvalidAction.NotFound", 404, "The API is not found: there is no such action.", "Look at the list of actions on the developer page.");

    public static readonly OperationError ActionUnsupported = new("UnsupportedOperation", 400, "This action is known, but this portal does not support it yet.", "Look at the list of supported actions on the developer page.");

    public static readonly OperationError TimeMalformed = new("InvalidTimeStamp.Format", 400, "The time stamp is malformed.", "Send UTC as yyyy-MM-ddTHH:mm:ssZ.");

    public static readonly OperationError KeyUnknown = new("InvalidAccessKeyId.NotFound", 404, "The access key is not found.", "Look at the access keys page; the key may have been deleted.");

    public static readonly OperationError KeyInactive = new("InvalidAccessKeyId.Inactive", 400, "The access key is disabled or expired.", "Enable it on the access keys page, or use another one.");

    public static readonly OperationError NonceUsed = new("SignatureNonceUsed", 400, "The signature nonce was used already.", "Sign each request with a new nonce.");

    public static readonly OperationError Throttled = new("Throttling.User", 400, "The request was denied due to flow control.", "Wait as long as x-acs-retry-after says, in milliseconds, and send it again.");

    public static OperationError TimeExpired(TimeSpan window)
        => new("InvalidTimeStamp.Expired", 400, $"The time stamp is expired: it is more than {window.TotalMinutes:0} minutes from the clock of the server.", "Set the clock of the client right.");

    /// <summary>The string that the server would sign, which holds no secret, shows where a client goes astray.</summary>
    public static OperationError SignatureMismatch(string stringToSign, bool isV3) => new(
        "SignatureDoesNotMatch", 400,
        isV3 ? $"The signature does not match. The server StringToSign is [{stringToSign}]" : $"The signature does not match. The server string to sign is: {stringToSign}",
        "Compare it with the string that the client signs, and look at the secret.");
}
