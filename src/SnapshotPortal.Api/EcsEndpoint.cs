using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SnapshotPortal.Api.Answers;
using SnapshotPortal.Api.Binding;
using SnapshotPortal.Api.Contract;
using SnapshotPortal.Api.Signing;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Api;

/// <summary>
/// The ECS API over HTTP, one request top to bottom in the order of SPEC 6.6: who asks, whether too often, for what, with
/// which parameters; then the operation itself, which is the one that pages run.
/// </summary>
internal sealed partial class EcsEndpoint(
    OperationRunner operations, RequestAuthentication authentication, RateLimits limits, AccessKeys keys, ApiCalls calls, ApiOptions options, TimeProvider time, ILogger<EcsEndpoint> log)
{
    /// <summary>Answers what is for the API and hands on what is for the portal.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var isOwnPort = options.Port is { } port && context.Connection.LocalPort == port;
        if (!isOwnPort && !MayBeForApi(context.Request))
        {
            await next(context);
            return;
        }

        var requestId = operations.NewRequestId();
        ApiRequest? request = null;
        try
        {
            request = await ApiRequest.ReadAsync(context);
            if (!isOwnPort && !request.NamesAction)
            {
                context.Request.Body = new MemoryStream(request.Body);
                await next(context);
                return;
            }

            await AnswerAsync(context, request, requestId);
        }
        catch (OperationException refusal)
        {
            await RefuseAsync(context, request, refusal.Error, requestId);
        }
        catch (BadHttpRequestException exception)
        {
            await RefuseAsync(context, request, OperationErrors.Invalid("body", "HTTP as RFC 9112 has it") with { HttpStatus = exception.StatusCode }, requestId);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted)
        {
            LogFailed(exception, requestId);
            await RefuseAsync(context, request, OperationErrors.Internal, requestId);
        }
    }

    /// <summary>On the portal's own port only the path / can be the API's, and a form has to be read to tell.</summary>
    private static bool MayBeForApi(HttpRequest request) => request.Path == "/" && (
        request.QueryString.Value?.Contains("Action=", StringComparison.OrdinalIgnoreCase) == true
        || request.Headers.ContainsKey("x-acs-action") || request.Headers.Authorization.ToString().StartsWith("ACS3-", StringComparison.Ordinal)
        || (HttpMethods.IsPost(request.Method) && request.HasFormContentType));

    private async Task AnswerAsync(HttpContext context, ApiRequest request, string requestId)
    {
        if (context.Request.Path != "/") throw new OperationException(ApiErrors.PathUnknown);
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsPost(context.Request.Method)) throw new OperationException(ApiErrors.MethodUnsupported);
        var (action, key) = await AuthenticateAsync(context, request);
        var started = time.GetTimestamp();
        var outcome = (Status: 200, Code: "Success");
        try
        {
            if (limits.WaitOfKey(key.Id) is { } wait) throw Throttled(context, wait);
            await keys.NoteUseAsync(key, context.RequestAborted);
            if (!operations.ForApi.TryGetValue(action.Name, out var operation)) throw new OperationException(ApiErrors.ActionUnsupported, "Action");
            var record = ParameterBinder.Bind(action, operation.Request, ParameterTree.Of(request.Query, request.Form));
            var result = await operation.RunAsync(record, key.Caller, requestId, context.RequestAborted);
            await WriteAsync(context, request, 200, $"{action.Name}Response", ResponseWriter.Write(action, result, requestId), requestId);
        }
        catch (OperationException refusal)
        {
            outcome = (refusal.Error.HttpStatus, refusal.Error.Code);
            throw;
        }
        finally
        {
            calls.Add(key.Caller.AccountId, new(time.GetUtcNow(), key.Id, action.Name, outcome.Status, outcome.Code, requestId, time.GetElapsedTime(started)));
            LogCall(key.Id, action.Name, outcome.Code, requestId);
        }
    }

    /// <summary>Each request counts for its address, so that nobody can try out secrets or fill the log at will.</summary>
    private async Task<(EcsAction Action, SigningKey Key)> AuthenticateAsync(HttpContext context, ApiRequest request)
    {
        var wait = limits.WaitOfAddress(context.Connection.RemoteIpAddress);
        try
        {
            var authenticated = await authentication.CheckAsync(request, context.RequestAborted);
            return wait is null ? authenticated : throw Throttled(context, wait.Value);
        }
        catch (OperationException) when (wait is not null)
        {
            throw Throttled(context, wait.Value);
        }
    }

    private static OperationException Throttled(HttpContext context, TimeSpan wait)
    {
        context.Response.Headers["x-acs-retry-after"] = Math.Ceiling(wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        return new(ApiErrors.Throttled);
    }

    private static Task RefuseAsync(HttpContext context, ApiRequest? request, OperationError error, string requestId)
        => WriteAsync(context, request, error.HttpStatus, "Error", ErrorWriter.Write(error, requestId, context.Request.Host.Value ?? ""), requestId);

    private static async Task WriteAsync(HttpContext context, ApiRequest? request, int status, string root, byte[] json, string requestId)
    {
        var isXml = IsXml(context.Request, request);
        var body = isXml ? XmlAnswer.Write(root, json) : json;
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = isXml ? "text/xml;charset=utf-8" : "application/json;charset=utf-8";
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers["x-acs-request-id"] = requestId;
        if (!HttpMethods.IsHead(context.Request.Method)) await response.Body.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>The first generation asks by a parameter and means XML where that is absent; the present one by a header and means JSON.</summary>
    private static bool IsXml(HttpRequest http, ApiRequest? request)
    {
        if (http.Headers.Authorization.ToString().StartsWith("ACS3-", StringComparison.Ordinal)) return http.Headers.Accept.ToString().Contains("xml", StringComparison.OrdinalIgnoreCase);

        // A request that could not be taken apart still says it, nearly always so.
        return request is null
            ? http.QueryString.Value?.Contains("Format=JSON", StringComparison.OrdinalIgnoreCase) != true
            : !string.Equals(request.Find("Format"), "JSON", StringComparison.OrdinalIgnoreCase);
    }

    [LoggerMessage(2300, LogLevel.Debug, "{AccessKeyId} called {Action}: {Code}, request {RequestId}")]
    private partial void LogCall(string accessKeyId, string action, string code, string requestId);

    [LoggerMessage(2301, LogLevel.Error, "A request of the API failed, request {RequestId}")]
    private partial void LogFailed(Exception exception, string requestId);
}
