using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Engine.Objects;

/// <summary>An object store in a directory: object <c>a/b/c</c> is the file <c>a/b/c</c> below it.</summary>
/// <remarks>
/// An object is written to a temporary file, synced, renamed, and its directory synced; so its name shows the whole
/// object or nothing, whenever the power fails. Temporary files and the lock stand in names with '~', which no object
/// has. One object's name cannot be a directory of another's. All calls run synchronously on the caller's thread: a file
/// system has nothing to wait for that a thread could not, and a simulation sees the operations in the caller's order.
/// </remarks>
public sealed class FileObjectStore : IObjectStore, IDisposable
{
    private readonly IFileSystem files;
    private readonly string root;
    private readonly IDisposable directoryLock;
    private readonly ConcurrentDictionary<string, bool> durableDirectories = new(StringComparer.Ordinal);
    private long temporaries;

    private FileObjectStore(IFileSystem files, string root, IDisposable directoryLock) =>
        (this.files, this.root, this.directoryLock) = (files, root, directoryLock);

    private string TemporaryDirectory => root + "/~new";

    /// <summary>Opens the store in a directory, which is made where there is none; <see cref="EngineFault.Locked"/> while another has it open.</summary>
    public static FileObjectStore Open(IFileSystem files, string directory)
    {
        ArgumentNullException.ThrowIfNull(files);
        directory = directory.TrimEnd('/');
        CreateDurably(files, directory);
        var held = files.Lock(directory + "/~lock");
        try
        {
            var store = new FileObjectStore(files, directory, held);
            CreateDurably(files, store.TemporaryDirectory);
            foreach (var stray in files.List(store.TemporaryDirectory)) files.Delete(store.TemporaryDirectory + "/" + stray);
            return store;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel) => Ran(name, () =>
    {
        var path = PathOf(name);
        var directory = path[..path.LastIndexOf('/')];
        MakeDurable(directory);
        var temporary = $"{TemporaryDirectory}/{Interlocked.Increment(ref temporaries).ToString(CultureInfo.InvariantCulture)}";
        try
        {
            using (var file = files.Create(temporary))
            {
                file.Write(0, content.Span);
                file.Sync();
            }
            files.Rename(temporary, path);
        }
        catch (EngineException)
        {
            files.Delete(temporary);
            throw;
        }
        files.SyncDirectory(directory);
        return true;
    }, cancel);

    /// <inheritdoc/>
    public Task<byte[]> GetAsync(string name, CancellationToken cancel) => Ran(name, () =>
    {
        using var file = OpenObject(name);
        var content = new byte[file.LengthBytes];
        Fill(name, file, 0, content);
        return content;
    }, cancel);

    /// <inheritdoc/>
    public Task GetRangeAsync(string name, long offsetBytes, Memory<byte> destination, CancellationToken cancel) => Ran(name, () =>
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        using var file = OpenObject(name);
        Fill(name, file, offsetBytes, destination.Span);
        return true;
    }, cancel);

    /// <inheritdoc/>
    public Task<long?> FindAsync(string name, CancellationToken cancel) => Ran(name, () => files.FindLength(PathOf(name)), cancel);

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        await Task.CompletedTask;   // The interface is asynchronous, a directory is not.
        foreach (var found in Walk("", prefix))
        {
            cancel.ThrowIfCancellationRequested();
            yield return found;
        }
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancel) => Ran(name, () =>
    {
        var path = PathOf(name);
        if (files.FindLength(path) is null) return false;
        files.Delete(path);
        files.SyncDirectory(path[..path.LastIndexOf('/')]);
        return true;
    }, cancel);

    /// <summary>Lets another open the directory.</summary>
    public void Dispose() => directoryLock.Dispose();

    private static Task<T> Ran<T>(string name, Func<T> call, CancellationToken cancel)
    {
        ObjectNames.Check(name);
        if (cancel.IsCancellationRequested) return Task.FromCanceled<T>(cancel);
        try { return Task.FromResult(call()); }
        catch (EngineException e) { return Task.FromException<T>(e); }
    }

    private static void Fill(string name, IFile file, long offsetBytes, Span<byte> destination)
    {
        if (file.Read(offsetBytes, destination) != destination.Length)
            throw new EngineException(EngineFault.Corrupt, $"The object '{name}' ends at byte {file.LengthBytes}, before byte {offsetBytes + destination.Length}.");
    }

    /// <summary>Creates a directory so that it survives a power cut: every parent that is new is in its own parent for good.</summary>
    private static void CreateDurably(IFileSystem files, string directory)
    {
        var parent = directory.LastIndexOf('/') switch { < 0 => ".", 0 => "/", var slash => directory[..slash] };
        if (directory.Length == 0 || parent == directory) return;
        if (!files.Exists(parent)) CreateDurably(files, parent);
        files.CreateDirectory(directory);
        files.SyncDirectory(parent);
    }

    private string PathOf(string name) => root + "/" + name;

    /// <summary>A directory that is gone is a store that is away: its objects are not lost.</summary>
    private void RequireRoot()
    {
        if (!files.Exists(root)) throw new EngineException(EngineFault.StoreUnavailable, $"The directory '{root}' of the object store is not there. Mount it or bring it back.");
    }

    private IFile OpenObject(string name)
    {
        if (files.FindLength(PathOf(name)) is null)
        {
            RequireRoot();
            throw new EngineException(EngineFault.Missing, $"There is no object '{name}' in '{root}'.");
        }
        return files.Open(PathOf(name));
    }

    // A directory that exists may still be lost in a power cut: another thread may be about to sync its parent, or a life
    // before this one may not have come to it. So only those that this store has synced itself are passed over.
    private void MakeDurable(string directory)
    {
        if (directory.Length <= root.Length || durableDirectories.ContainsKey(directory)) return;
        var parent = directory[..directory.LastIndexOf('/')];
        MakeDurable(parent);
        files.CreateDirectory(directory);
        files.SyncDirectory(parent);
        durableDirectories[directory] = true;
    }

    private IEnumerable<StoredObject> Walk(string directory, string prefix)
    {
        RequireRoot();
        // Only what can lead to the prefix is entered, and it is visited in the order of whole names: '/' stands behind '-' and '.'.
        var entries = files.List((root + "/" + directory).TrimEnd('/'))
            .Where(ObjectNames.IsPart)
            .Select(part => (Name: directory + part, Length: files.FindLength(PathOf(directory + part))))
            .Select(entry => entry.Length is null ? (Name: entry.Name + "/", entry.Length) : entry)
            .Where(entry => entry.Name.StartsWith(prefix, StringComparison.Ordinal) || (entry.Length is null && prefix.StartsWith(entry.Name, StringComparison.Ordinal)))
            .OrderBy(entry => entry.Name, StringComparer.Ordinal);
        foreach (var (name, length) in entries)
        {
            if (length is { } lengthBytes) yield return new StoredObject(name, lengthBytes);
            else foreach (var found in Walk(name, prefix)) yield return found;
        }
    }
}
