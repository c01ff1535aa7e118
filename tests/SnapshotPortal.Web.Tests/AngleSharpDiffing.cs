using System.Runtime.CompilerServices;
using System.Runtime.Loader;

namespace SnapshotPortal.Web.Tests;

/// <summary>Loads the AngleSharp.Diffing that the project file copies: bUnit names a newer version than can be restored.</summary>
internal static class AngleSharpDiffing
{
    [ModuleInitializer]
    internal static void Init() => AssemblyLoadContext.Default.Resolving += static (context, name) =>
        name.Name == "AngleSharp.Diffing" ? context.LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, "compat", "AngleSharp.Diffing.dll")) : null;
}
