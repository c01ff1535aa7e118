namespace SnapshotPortal.Testing;

/// <summary>The names of a simulated file system: those seen, those stored, and the changes between the two that wait for a sync of their directory.</summary>
internal sealed class SimulatedNames
{
    private readonly Dictionary<string, SimulatedInode> seen;
    private readonly Dictionary<string, SimulatedInode> stored;
    private readonly List<NameChange> pending = [];

    /// <summary>Only the root, as "/" for absolute and "" for relative paths.</summary>
    public SimulatedNames()
        : this(new(StringComparer.Ordinal) { ["/"] = new(isDirectory: true), [""] = new(isDirectory: true) })
    {
    }

    private SimulatedNames(Dictionary<string, SimulatedInode> stored)
    {
        this.stored = stored;
        seen = new(stored, StringComparer.Ordinal);
    }

    public IEnumerable<KeyValuePair<string, SimulatedInode>> Seen => seen;

    public static string DirectoryOf(string path)
    {
        var slash = path.LastIndexOf('/');
        return slash > 0 ? path[..slash] : path[..(slash + 1)];
    }

    public SimulatedInode? Find(string path) => seen.GetValueOrDefault(path);

    public List<string> List(string directory) =>
        [.. seen.Keys.Where(path => path.Length > 1 && DirectoryOf(path) == directory).Select(path => path[(path.LastIndexOf('/') + 1)..]).Order(StringComparer.Ordinal)];

    public void Add(string path, SimulatedInode inode) => Change(new(null, path, inode));

    public void Remove(string path) => Change(new(path, null, seen[path]));

    public void Rename(string from, string to) => Change(new(from, to, seen[from]));

    /// <summary>Stores the changes in a directory, and the earlier ones on the same names, which they build on.</summary>
    public void Sync(string directory)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var synced = new List<NameChange>();
        for (var i = pending.Count - 1; i >= 0; i--)
        {
            var change = pending[i];
            if (change.Directory != directory && !change.Names.Any(names.Contains))
                continue;
            names.UnionWith(change.Names);
            synced.Add(change);
            pending.RemoveAt(i);
        }

        for (var i = synced.Count - 1; i >= 0; i--)
            synced[i].Apply(stored);
    }

    /// <summary>
    /// The names after a power cut: any subset of the pending changes that holds, for each name, the first few on it;
    /// half the time in order over all names, as a journal gives it.
    /// </summary>
    public SimulatedNames Survivors(SimulatedSurvival survival, Random random)
    {
        var lost = new HashSet<string>(StringComparer.Ordinal);
        var journal = random.Next(2) == 0;
        var keeps = survival switch
        {
            SimulatedSurvival.None => 0.0,
            SimulatedSurvival.All or SimulatedSurvival.Torn => 1.0,
            _ => random.Next(4) switch { 0 => 0.0, 1 => 1.0, 2 => 0.9, _ => 0.5 },
        };
        foreach (var change in pending)
        {
            if (!change.Names.Any(lost.Contains) && !(journal && lost.Count > 0) && random.NextDouble() < keeps)
                change.Apply(stored);
            else
                lost.UnionWith(change.Names);
        }

        // What stands in a directory that is not there cannot be reached.
        return new(new Dictionary<string, SimulatedInode>(stored.Where(entry => Reachable(entry.Key)), StringComparer.Ordinal));
    }

    /// <summary>The same names, all stored, of files of their own.</summary>
    public SimulatedNames Fork()
    {
        var forks = seen.Values.Distinct().ToDictionary(inode => inode, inode => inode.Fork());
        return new(seen.ToDictionary(entry => entry.Key, entry => forks[entry.Value], StringComparer.Ordinal));
    }

    private bool Reachable(string path) =>
        path.Length <= 1 || (stored.TryGetValue(DirectoryOf(path), out var parent) && parent.IsDirectory && Reachable(DirectoryOf(path)));

    private void Change(NameChange change)
    {
        change.Apply(seen);
        pending.Add(change);
    }

    private sealed record NameChange(string? Removed, string? Added, SimulatedInode Inode)
    {
        public string Directory => DirectoryOf((Added ?? Removed)!);

        public IEnumerable<string> Names => new[] { Removed, Added }.OfType<string>();

        public void Apply(Dictionary<string, SimulatedInode> names)
        {
            if (Removed is not null)
                names.Remove(Removed);
            if (Added is not null)
                names[Added] = Inode;
        }
    }
}
