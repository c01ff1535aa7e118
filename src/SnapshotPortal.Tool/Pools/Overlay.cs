using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Tool.Pools;

/// <summary>The operating system's files, of which nothing is changed: what is written is kept in memory and read from there.</summary>
/// <remarks>So a pool can be opened, which recovers it, just to look at it. Memory follows what the recovery writes. Directories are not made.</remarks>
internal sealed class Overlay : IFileSystem
{
    private readonly OsFileSystem below = OsFileSystem.Instance;
    private readonly Lock gate = new();
    private readonly Dictionary<string, OverlayContent?> changed = new(StringComparer.Ordinal);   // null: deleted

    /// <summary>How many bytes would have been written, in whole blocks.</summary>
    public long WrittenBytes
    {
        get
        {
            lock (gate) return changed.Values.Sum(content => content?.WrittenBytes ?? 0);
        }
    }

    public IFile Open(string path)
    {
        lock (gate)
        {
            if (!changed.TryGetValue(path, out var content))
            {
                if (below.FindLength(path) is not { } length) throw Missing(path);
                changed.Add(path, content = new OverlayContent(path, length));
            }
            return new OverlayFile(content ?? throw Missing(path));
        }
    }

    public IFile Create(string path)
    {
        lock (gate)
        {
            if (Exists(path)) throw new EngineException(EngineFault.Exists, $"The file '{path}' exists already.");
            var content = new OverlayContent(null, 0);
            changed[path] = content;
            return new OverlayFile(content);
        }
    }

    public bool Exists(string path)
    {
        lock (gate) return changed.TryGetValue(path, out var content) ? content is not null : below.Exists(path);
    }

    public long? FindLength(string path)
    {
        lock (gate) return changed.TryGetValue(path, out var content) ? content?.LengthBytes : below.FindLength(path);
    }

    public long AllocatedBytes(string path)
    {
        lock (gate)
        {
            if (!changed.TryGetValue(path, out var content)) return below.AllocatedBytes(path);
            return content is null ? throw Missing(path) : content.WrittenBytes + (content.BasePath is { } basePath ? below.AllocatedBytes(basePath) : 0);
        }
    }

    public IReadOnlyList<string> List(string directory)
    {
        lock (gate)
        {
            var prefix = directory.TrimEnd('/') + "/";
            var here = changed.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal) && entry.Key.IndexOf('/', prefix.Length) < 0).ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value);
            return [.. below.List(directory).Where(name => !here.ContainsKey(name)).Concat(here.Where(entry => entry.Value is not null).Select(entry => entry.Key)).Order(StringComparer.Ordinal)];
        }
    }

    public void CreateDirectory(string directory) { }

    public void Delete(string path)
    {
        lock (gate) changed[path] = null;
    }

    public void Rename(string from, string to)
    {
        lock (gate)
        {
            using (Open(from)) { }   // known from here on
            changed[to] = changed[from];
            changed[from] = null;
        }
    }

    public void SyncDirectory(string directory) { }

    // The real lock: what another process changes meanwhile could not be told from damage.
    public IDisposable Lock(string path) => below.Lock(path);

    public long FreeBytes(string directory) => below.FreeBytes(directory);

    private static EngineException Missing(string path) => new(EngineFault.Missing, $"'{path}' does not exist.");
}
