using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace SnapshotPortal.Api;

/// <summary>How many requests keys and addresses may send: so many a second, and after a rest the seconds of a burst at once.</summary>
internal sealed class RateLimits(ApiOptions options) : IDisposable
{
    private const int BurstSeconds = 2;
    private const int TicksPerSecond = 10;

    private readonly PartitionedRateLimiter<string> keys = Limiter(options.KeyRequestsPerSecond);
    private readonly PartitionedRateLimiter<string> addresses = Limiter(options.AddressRequestsPerSecond);

    /// <summary>Null where the key may send a request now, else how long it has to wait.</summary>
    public TimeSpan? WaitOfKey(string accessKeyId) => Wait(keys, accessKeyId);

    /// <summary>The same for an address; of IPv6 the network that one subscriber has.</summary>
    public TimeSpan? WaitOfAddress(IPAddress? address) => Wait(addresses, Network(address));

    public void Dispose()
    {
        keys.Dispose();
        addresses.Dispose();
    }

    private static TimeSpan? Wait(PartitionedRateLimiter<string> limiter, string who)
    {
        using var lease = limiter.AttemptAcquire(who);
        if (lease.IsAcquired) return null;
        return lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
    }

    private static PartitionedRateLimiter<string> Limiter(int perSecond) => PartitionedRateLimiter.Create<string, string>(who => RateLimitPartition.GetTokenBucketLimiter(who, _ => new()
    {
        TokenLimit = perSecond * BurstSeconds,
        TokensPerPeriod = Math.Max(1, perSecond / TicksPerSecond),
        ReplenishmentPeriod = TimeSpan.FromSeconds(Math.Max(1, perSecond / TicksPerSecond) / (double)perSecond),
        AutoReplenishment = true,
    }));

    private static string Network(IPAddress? address) => address switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } => address.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.ToString(),
    };
}
