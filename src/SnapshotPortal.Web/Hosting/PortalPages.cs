using System.Text.Json.Serialization;
using Radzen;
using SnapshotPortal.Web.Layout;
using SnapshotPortal.Web.Policies;

namespace SnapshotPortal.Web.Hosting;

/// <summary>The pages and what they need.</summary>
internal static class PortalPages
{
    public static IServiceCollection AddPortalPages(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddRadzenComponents();
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.Converters.Add(new JsonStringEnumConverter()));
        services.AddScoped<PortalSession>();
        services.AddScoped<ReaderZone>();
        return services;
    }

    public static void MapPortalPages(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null); // SecurityHeaders says it
}
