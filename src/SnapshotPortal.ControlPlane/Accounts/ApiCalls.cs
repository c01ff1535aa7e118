using System.Collections.Concurrent;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>A call of the HTTP API that carried a right signature.</summary>
/// <param name="Time">When it came.</param>
/// <param name="AccessKeyId">With which key.</param>
/// <param name="Action">What it asked for.</param>
/// <param name="HttpStatus">The status of the answer.</param>
/// <param name="Code">The code of the refusal; <c>Success</c> where it was none.</param>
/// <param name="RequestId">As the answer has it.</param>
/// <param name="Elapsed">How long it took.</param>
public sealed record ApiCall(DateTimeOffset Time, string AccessKeyId, string Action, int HttpStatus, string Code, string RequestId, TimeSpan Elapsed);

/// <summary>The last calls with each access key since the portal started, in memory: for those who build a client, not for the audit.</summary>
public sealed class ApiCalls
{
    /// <summary>How many are kept of each key.</summary>
    public const int Kept = 100;

    private readonly ConcurrentDictionary<string, Queue<ApiCall>> calls = new(StringComparer.Ordinal);
    private readonly ChangeFeed feed;

    internal ApiCalls(ChangeFeed feed) => this.feed = feed;

    /// <summary>Notes a call and tells those who watch the account.</summary>
    public void Add(string accountId, ApiCall call)
    {
        var own = calls.GetOrAdd(call.AccessKeyId, _ => new());
        lock (own)
        {
            own.Enqueue(call);
            if (own.Count > Kept) own.Dequeue();
        }

        feed.Publish([new(accountId, ResourceKind.AccessKey, call.AccessKeyId)]);
    }

    internal IEnumerable<ApiCall> Of(string accessKeyId)
    {
        if (!calls.TryGetValue(accessKeyId, out var own)) return [];
        lock (own) return [.. own];
    }
}
