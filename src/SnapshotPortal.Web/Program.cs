using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.FileProviders;

// Published: everything lies beside the assembly, whatever the working directory. From source: the repository root.
var published = Directory.Exists(Path.Combine(AppContext.BaseDirectory, "wwwroot"));
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = published ? AppContext.BaseDirectory : null });
builder.Configuration.Sources.Insert(0, new JsonConfigurationSource { Path = "appsettings.json", FileProvider = new PhysicalFileProvider(AppContext.BaseDirectory) });

var app = builder.Build();
app.MapStaticAssets();
await app.RunAsync();
