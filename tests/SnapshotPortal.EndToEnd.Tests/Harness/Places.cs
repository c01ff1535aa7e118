using System.Reflection;

namespace SnapshotPortal.EndToEnd.Tests.Harness;

/// <summary>Where the build put things.</summary>
internal static class Places
{
    public static string RepositoryRoot { get; } = Told("RepositoryRoot");

    public static string PortalDll { get; } = Told("PortalDll");

    /// <summary>What a person looks at after a run: pictures, traces, logs. Not committed.</summary>
    public static string Artifacts { get; } = Path.Combine(RepositoryRoot, "artifacts");

    private static string Told(string key) => typeof(Places).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(each => string.Equals(each.Key, key, StringComparison.Ordinal)).Value!;
}
