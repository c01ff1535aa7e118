using System.Threading.RateLimiting;

namespace SnapshotPortal.Web.Hosting;

/// <summary>Slows the guessing of passwords, codes and set-up tokens down: attempts per address and page, beside the lock-out per user.</summary>
internal static class SignInRateLimit
{
    public const string Policy = "sign-in";
    private const int AttemptsPerMinute = 20;

    public static IServiceCollection AddSignInRateLimit(this IServiceCollection services) => services.AddRateLimiter(options =>
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = (context, cancel) =>
        {
            context.HttpContext.Response.Headers.RetryAfter = "60";
            context.HttpContext.Response.ContentType = "text/plain; charset=utf-8";
            return new ValueTask(context.HttpContext.Response.WriteAsync(
                "Too many attempts from this address. Wait a minute, go back and try again.", cancel));
        };
        options.AddPolicy(Policy, context => HttpMethods.IsPost(context.Request.Method)
            ? RateLimitPartition.GetFixedWindowLimiter((context.Connection.RemoteIpAddress?.ToString() ?? "", context.GetEndpoint()?.DisplayName), _ =>
                new FixedWindowRateLimiterOptions { PermitLimit = AttemptsPerMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0 })
            : RateLimitPartition.GetNoLimiter(("", (string?)"")));
    });
}
