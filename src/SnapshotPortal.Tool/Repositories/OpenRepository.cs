using System.CommandLine;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Crypto;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Objects;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.Tool.Repositories;

/// <summary>A repository with the store below it, the keys, and the index that this machine keeps of it.</summary>
internal sealed class OpenRepository : IDisposable
{
    public const string KeysVariable = "SNAPCTL_KEYS";

    public static readonly Option<string?> Keys = new("--keys") { HelpName = "FILE", Description = $"The key-encryption keys: lines of an id and 32 bytes in Base64. Without it the variable {KeysVariable} holds them." };
    public static readonly Option<string?> Cache = new("--cache") { HelpName = "DIRECTORY", Description = "Where indexes of repositories are kept; derived, may be deleted. [default: $XDG_CACHE_HOME/snapctl]" };

    private readonly IObjectStore store;
    private readonly IDisposable held;
    private readonly KeyRing? ring;

    private OpenRepository(Repository repository, IObjectStore store, IDisposable held, KeyRing? ring) => (Repository, this.store, this.held, this.ring) = (repository, store, held, ring);

    public Repository Repository { get; }

    public static Argument<string> Argument(string name, string description) => new(name) { Description = description + ": a directory, or s3://BUCKET/PREFIX?endpoint=URL&region=REGION" };

    /// <summary>Opens a repository that is there, or with <paramref name="creates"/> makes one.</summary>
    /// <exception cref="EngineException">What the store and the keys throw; <see cref="EngineFault.Missing"/> where there is no repository.</exception>
    public static async Task<OpenRepository> OpenAsync(Session session, string place, string? keysFile, bool creates = false, ByteRate? rate = null)
    {
        var keys = ReadKeys(keysFile);
        var found = new Place(place);
        var (store, held) = found.Open(creates);
        try
        {
            if (!creates && await store.FindAsync("config", session.Cancel) is null) throw new EngineException(EngineFault.Missing, $"There is no repository '{place}': it holds no object 'config'.");
            var options = new RepositoryOptions
            {
                Time = TimeProvider.System,
                Keys = keys,
                IndexFiles = OsFileSystem.Instance,
                IndexDirectory = Path.Combine(Path.GetFullPath(session.Get(Cache) ?? DefaultCache()), found.CacheName),
                UploadRate = rate,
                Workers = Environment.ProcessorCount,
            };
            return new OpenRepository(await Repository.OpenAsync(store, options, session.Cancel), store, held, keys);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>The key under which a snapshot is encrypted, from the repository's wrapped one; null for one in the clear.</summary>
    public async Task<DataKey?> KeyOfAsync(StoredSnapshotInfo snapshot, CancellationToken cancel)
    {
        if (snapshot.KeyId is not { } id) return null;
        var name = $"keys/{id:N}";
        var wrapped = WrappedKey.Decode(name, await store.GetAsync(name, cancel));
        return (ring ?? throw NoKeys($"The snapshot '{snapshot.SnapshotId}' is encrypted, but")).Unwrap(wrapped);
    }

    /// <summary>A new key for what is to be encrypted.</summary>
    public DataKey NewKey() => ring is null ? throw NoKeys("To encrypt,") : DataKey.Create(Guid.CreateVersion7());

    /// <summary>All snapshots that can be read, oldest first, and what is wrong with the others.</summary>
    public async Task<(List<StoredSnapshotInfo> Snapshots, EngineException? Damage)> ListAsync(CancellationToken cancel)
    {
        var snapshots = new List<StoredSnapshotInfo>();
        EngineException? damage = null;
        try
        {
            await foreach (var snapshot in Repository.ListAsync(cancel)) snapshots.Add(snapshot);
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt) { damage = e; }
        return ([.. snapshots.OrderBy(snapshot => snapshot.CreatedAt).ThenBy(snapshot => snapshot.SnapshotId, StringComparer.Ordinal)], damage);
    }

    public void Dispose()
    {
        Repository.Dispose();
        held.Dispose();
    }

    private static KeyRing? ReadKeys(string? file)
    {
        if (file is not null)
        {
            if (!File.Exists(file)) throw new EngineException(EngineFault.KeyUnavailable, $"There is no key file '{file}'.");
            return KeyRing.Parse($"the key file '{file}'", File.ReadAllText(file));
        }
        return Environment.GetEnvironmentVariable(KeysVariable) is { Length: > 0 } text ? KeyRing.Parse($"the variable {KeysVariable}", text) : null;
    }

    private static EngineException NoKeys(string why) => new(EngineFault.KeyUnavailable, $"{why} no key-encryption key is given. Give one with --keys FILE or in {KeysVariable}.");

    private static string DefaultCache() => Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
        ? Path.Combine(cache, "snapctl")
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "snapctl");
}
