using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;
using SnapshotPortal.Api;
using SnapshotPortal.ControlPlane;
using SnapshotPortal.Web.Activity;
using SnapshotPortal.Web.Disks;
using SnapshotPortal.Web.Hosting;
using SnapshotPortal.Web.SignIn;
using SnapshotPortal.Web.Snapshots;
using SnapshotPortal.Web.Usage;

// Published: everything lies beside the assembly, whatever the working directory. From source: the repository root.
var published = Directory.Exists(Path.Combine(AppContext.BaseDirectory, "wwwroot"));
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = published ? AppContext.BaseDirectory : null });
builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
builder.Configuration.Sources.Insert(0, new JsonConfigurationSource { Path = "appsettings.json", FileProvider = new PhysicalFileProvider(AppContext.BaseDirectory) });
if (!published)
    builder.WebHost.UseStaticWebAssets(); // by itself the host does so in Development only
var checks = new StartupChecks(builder.Logging);

return await StartupChecks.RunAsync(async () =>
{
    builder.Services.AddControlPlane(builder.Configuration, builder.Environment.ContentRootPath);
    builder.AddEcsApi();
    builder.Services.AddPortalIdentity();
    builder.Services.AddPortalPages();
    builder.Services.AddSignInRateLimit();
    builder.Services.AddHealthChecks();
    builder.Services.AddSingleton<SetUpGate>();
    builder.Services.AddSingleton<PartBuffers>();
    builder.Services.AddSingleton<ImageSpool>();
    builder.Services.AddSingleton<Downloads>();
    builder.Services.AddHostedService<NbdListener>();

    var app = builder.Build();
    app.UseEcsApi();
    app.UseSecurityHeaders();
    app.UsePortalErrors();
    app.UseSetUpGate();
    app.UseAuthentication();
    app.UsePasswordChangeGate();
    app.UseAuthorization();
    app.UseRateLimiter();
    app.UseAntiforgery();

    app.MapStaticAssets().AllowAnonymous();
    app.MapHealthChecks("/health").AllowAnonymous();
    app.MapSignIn();
    app.MapDiskUploads();
    app.MapContentDownloads();
    app.MapSnapshotsCsv();
    app.MapActivityCsv();
    app.MapUsageCsv();
    app.MapPortalPages();

    await app.StartAsync();
    checks.Passed();
    await app.Services.GetRequiredService<SetUpGate>().AnnounceAsync(app.Urls);
    await app.WaitForShutdownAsync();
});
