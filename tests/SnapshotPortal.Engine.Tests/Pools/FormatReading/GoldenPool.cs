using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>A pool of golden/pool-v1: its files, and beside them a manifest of their sums and of what they hold.</summary>
/// <param name="Files">The pool's files.</param>
/// <param name="Manifest">What they must be and hold.</param>
internal sealed record GoldenPool(SortedDictionary<string, byte[]> Files, GoldenManifest Manifest)
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Small segments, so that a few writes fill some; nothing by chance or in the background.</summary>
    public static PoolOptions Options { get; } = new() { SegmentBytes = 256 * 1024, BackgroundCheckpoints = false, NewId = () => new("01234567-89ab-cdef-0123-456789abcdef") };

    /// <summary>Reads one, never writes to it. One that is missing is made, and the test fails once so that somebody looks at it.</summary>
    public static GoldenPool Load(string name, Func<(SimulatedFileSystem Files, PoolListing Content)> make)
    {
        var (directory, manifest) = (Path.Combine(Source(), name), Path.Combine(Source(), name + ".json"));
        if (!Directory.Exists(directory))
        {
            Write(directory, manifest, make());
            Assert.Fail($"The pool '{name}' was not there and is written now. Look at it, and add it to the sources.");
        }

        var files = new SortedDictionary<string, byte[]>(Directory.EnumerateFiles(directory).ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes), StringComparer.Ordinal);
        return new(files, JsonSerializer.Deserialize<GoldenManifest>(File.ReadAllBytes(manifest))!);
    }

    /// <summary>The sums of files by their names.</summary>
    public static SortedDictionary<string, string> SumsOf(SortedDictionary<string, byte[]> files) =>
        new(files.ToDictionary(file => file.Key, file => Convert.ToHexStringLower(SHA256.HashData(file.Value))), StringComparer.Ordinal);

    private static void Write(string directory, string manifest, (SimulatedFileSystem Files, PoolListing Content) made)
    {
        var files = StoredFiles.Read(made.Files);
        Directory.CreateDirectory(directory);
        foreach (var (name, bytes) in files) File.WriteAllBytes(Path.Combine(directory, name), bytes);
        File.WriteAllText(manifest, JsonSerializer.Serialize(new GoldenManifest(SumsOf(files), made.Content), Json) + "\n");
    }

    private static string Source([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "..", "golden", "pool-v1");
}

/// <summary>What a golden pool must be and hold.</summary>
/// <param name="Files">The SHA-256 of each file.</param>
/// <param name="Content">Its disks and snapshots.</param>
internal sealed record GoldenManifest(SortedDictionary<string, string> Files, PoolListing Content);
