using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>The last 100 calls of the API with the caller's own keys of this account, newest first; since the portal started.</summary>
[PortalOnly]
public sealed record DescribeApiCalls : IOperation<DescribeApiCallsResult>;

public sealed record DescribeApiCallsResult(IReadOnlyList<ApiCall> Calls);

internal sealed class DescribeApiCallsHandler(PortalDb db, ApiCalls calls) : IHandler<DescribeApiCalls, DescribeApiCallsResult>
{
    public async Task<DescribeApiCallsResult> RunAsync(DescribeApiCalls request, Caller caller, CancellationToken cancel)
    {
        var keys = await db.AccessKeys.Where(key => key.AccountId == caller.AccountId && key.UserId == caller.UserId).Select(key => key.Id).ToListAsync(cancel);
        return new([.. keys.SelectMany(calls.Of).OrderByDescending(call => call.Time).Take(ApiCalls.Kept)]);
    }
}
