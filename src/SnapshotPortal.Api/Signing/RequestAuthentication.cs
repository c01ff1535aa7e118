using System.Globalization;
using SnapshotPortal.Api.Contract;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Api.Signing;

/// <summary>Finds out which action a request asks for and whose it is: steps 2 to 7 of SPEC 6.6, in that order.</summary>
internal sealed class RequestAuthentication(AccessKeys keys, Nonces nonces, TimeProvider time)
{
    /// <summary>How far the clocks of client and server may be apart.</summary>
    public static readonly TimeSpan ClockWindow = TimeSpan.FromMinutes(15);

    public async Task<(EcsAction Action, SigningKey Key)> CheckAsync(ApiRequest request, CancellationToken cancel)
    {
        var signature = RequestSignature.Read(request);
        if (signature.Version != EcsContract.Published.Version) throw new OperationException(ApiErrors.VersionInvalid, "Version");
        if (!EcsContract.Published.Actions.TryGetValue(signature.Action, out var action)) throw new OperationException(ApiErrors.ActionUnknown, "Action");
        CheckTime(signature.Timestamp);
        var key = await keys.FindAsync(signature.AccessKeyId, cancel) ?? throw new OperationException(ApiErrors.KeyUnknown, "AccessKeyId");
        if (!key.IsActive) throw new OperationException(ApiErrors.KeyInactive, "AccessKeyId");
        if (!signature.IsMadeWith(key.Secret)) throw new OperationException(ApiErrors.SignatureMismatch(signature.StringToSign, signature.IsV3), "Signature");

        // Only now: otherwise anybody could use up the nonces of somebody else's key.
        return nonces.Record(key.Id, signature.Nonce) switch
        {
            NonceOutcome.New => (action, key),
            NonceOutcome.Used => throw new OperationException(ApiErrors.NonceUsed, "SignatureNonce"),
            _ => throw new OperationException(ApiErrors.Throttled),
        };
    }

    private void CheckTime(string timestamp)
    {
        if (!DateTimeOffset.TryParseExact(timestamp, "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var sent))
            throw new OperationException(ApiErrors.TimeMalformed, "Timestamp");
        if ((time.GetUtcNow() - sent).Duration() > ClockWindow) throw new OperationException(ApiErrors.TimeExpired(ClockWindow), "Timestamp");
    }
}
