using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using SnapshotPortal.ControlPlane;
using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Api.Signing;

/// <summary>
/// The nonces of the last half hour at least, twice the clock window, so that no request is taken twice. They are kept in
/// memory, by hash, and appended to a file before their request goes on: a restart forgets none. They are not synced one
/// by one, so a power cut may forget the last moments.
/// </summary>
/// <remarks>In generations of ten minutes, each a set and a file, which go as a whole once they are old. Thread-safe.</remarks>
internal sealed class Nonces(IFileSystem files, PortalOptions options, TimeProvider time) : IDisposable
{
    /// <summary>So many of one key are remembered at most, at 32 bytes each; beyond the key is throttled.</summary>
    public const int PerKeyMax = 4_000_000;

    private const int HashBytes = 16;
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Kept = TimeSpan.FromMinutes(30);

    private readonly Lock guard = new();
    private readonly string directory = Path.Combine(options.DataPath, "nonces");
    private List<Generation>? generations;

    /// <summary>Records a nonce of a key.</summary>
    public NonceOutcome Record(string accessKeyId, string nonce)
    {
        var hash = Hash(accessKeyId, nonce);
        lock (guard)
        {
            var all = generations ??= Load();
            var now = time.GetUtcNow();
            foreach (var old in all.Where(each => each.Start + Span + Kept < now).ToList())
            {
                all.Remove(old);
                old.File.Dispose();
                files.Delete(PathOf(old.Start));
            }

            if (all.Exists(each => each.Seen.Contains(hash))) return NonceOutcome.Used;
            if (all.Sum(each => each.CountByKey.GetValueOrDefault(accessKeyId)) >= PerKeyMax) return NonceOutcome.TooMany;
            if (all.Count == 0 || all[^1].Start + Span < now) all.Add(new(now, files.Create(PathOf(now))));
            all[^1].Add(hash, accessKeyId);
            return NonceOutcome.New;
        }
    }

    public void Dispose()
    {
        lock (guard)
        {
            foreach (var generation in generations ?? []) generation.File.Dispose();
            generations = null;
        }
    }

    private List<Generation> Load()
    {
        files.CreateDirectory(directory);
        return [.. files.List(directory)
            .Where(name => long.TryParse(name, CultureInfo.InvariantCulture, out _))
            .Select(name => Generation.Read(DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(name, CultureInfo.InvariantCulture)), files.Open(Path.Combine(directory, name))))
            .OrderBy(each => each.Start)];
    }

    private string PathOf(DateTimeOffset start) => Path.Combine(directory, start.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));

    private static UInt128 Hash(string accessKeyId, string nonce)
        => BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{accessKeyId}\n{nonce}")));

    private sealed class Generation(DateTimeOffset start, IFile file)
    {
        public DateTimeOffset Start { get; } = start;

        public IFile File { get; } = file;

        public HashSet<UInt128> Seen { get; } = [];

        /// <summary>Since the portal started: the file does not tell whose a hash is.</summary>
        public Dictionary<string, int> CountByKey { get; } = new(StringComparer.Ordinal);

        public static Generation Read(DateTimeOffset start, IFile file)
        {
            var generation = new Generation(start, file);
            var hashes = new UInt128[file.LengthBytes / HashBytes]; // a torn one at the end was never acknowledged
            var read = file.Read(0, MemoryMarshal.AsBytes(hashes.AsSpan()));
            generation.Seen.UnionWith(hashes.AsSpan(0, read / HashBytes).ToArray());
            return generation;
        }

        public void Add(UInt128 hash, string accessKeyId)
        {
            File.Write((long)Seen.Count * HashBytes, MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in hash)));
            Seen.Add(hash);
            CollectionsMarshal.GetValueRefOrAddDefault(CountByKey, accessKeyId, out _)++;
        }
    }
}

/// <summary>What came of recording a nonce.</summary>
internal enum NonceOutcome
{
    New,
    Used,

    /// <summary>The key has used more than are remembered.</summary>
    TooMany,
}
