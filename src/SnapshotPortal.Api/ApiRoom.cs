using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.Api.Signing;

namespace SnapshotPortal.Api;

/// <summary>What the host calls to offer the ECS API.</summary>
public static class ApiRoom
{
    /// <summary>SDKs put all parameters into the URL; user data makes it long (SPEC 6.1).</summary>
    private const int RequestLineBytesMax = 96 << 10;

    /// <summary>Adds the API, its own address where one is configured, and the room that its request lines need.</summary>
    public static WebApplicationBuilder AddEcsApi(this WebApplicationBuilder builder)
    {
        var options = ApiOptions.Read(builder.Configuration);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<Nonces>();
        builder.Services.AddSingleton<RateLimits>();
        builder.Services.AddSingleton<RequestAuthentication>();
        builder.Services.AddSingleton<EcsEndpoint>();
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestLineSize = RequestLineBytesMax);
        if (options.Url is not null)
            builder.WebHost.UseUrls([.. (builder.Configuration[WebHostDefaults.ServerUrlsKey] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries), options.Url]);
        return builder;
    }

    /// <summary>Answers what is for the API before anything of the portal looks at it: no cookie, redirect or page touches it.</summary>
    public static IApplicationBuilder UseEcsApi(this IApplicationBuilder app)
    {
        var endpoint = app.ApplicationServices.GetRequiredService<EcsEndpoint>();
        return app.Use(endpoint.InvokeAsync);
    }
}
