using System.Security.Claims;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Web.Hosting;

/// <summary>What the endpoints behind the pages' own scripts have in common.</summary>
internal static class PortalRequests
{
    /// <summary>A header that only a script of this origin can send: another origin would need leave that the portal never gives.</summary>
    public const string Header = "X-Portal-Request";

    /// <summary>What a script is told of an error that nobody expected; worth another try.</summary>
    public static IResult InternalError { get; } = Results.Json(
        new Refusal("InternalError", "Something went wrong in the portal.", "Try again; the portal's log says more.", null), statusCode: 500);

    public static Caller Caller(this HttpContext context, string account) =>
        new(account, context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "", AccountRole.None, IsAdministrator: false, CallerSource.Portal);

    /// <summary>Refuses what did not come from the portal's own pages; refusals of operations become JSON with code, message and advice.</summary>
    public static RouteGroupBuilder ForOwnScripts(this RouteGroupBuilder group)
    {
        group.RequireAuthorization();
        group.AddEndpointFilter(async (invocation, next) =>
        {
            var request = invocation.HttpContext.Request;
            var origin = request.Headers.Origin.ToString();
            if (!request.Headers.ContainsKey(Header) || (origin.Length > 0 && !IsOwn(origin, request)))
                return Results.Json(new Refusal("Forbidden", "The request did not come from a page of this portal.", "Load the page again.", null), statusCode: 403);

            try
            {
                return await next(invocation);
            }
            catch (OperationException refused)
            {
                return Results.Json(new Refusal(refused.Error.Code, refused.Error.Message, refused.Error.Advice, refused.Parameter), statusCode: refused.Error.HttpStatus);
            }
        });
        return group;
    }

    private static bool IsOwn(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri) && string.Equals(uri.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);

    private sealed record Refusal(string Code, string Message, string Advice, string? Parameter);
}
