using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Testing;

/// <summary>
/// Runs operations on a pool, one after the other, and knows what must be there afterwards: exactly, as long as
/// nothing failed, and which states a crash may leave.
/// </summary>
/// <remarks>
/// <para>An operation is a sequence of steps, each of which a crash leaves whole or leaves out: a request's blocks in
/// ascending order, or one change of structure. After a power cut the pool must hold, for all disks and snapshots
/// together, the state after some prefix of all steps (I2) that reaches at least to the last operation that made
/// everything durable (I1). A request that was not flushed may be there in part, but only its first blocks: the pool
/// divides a large request into batches in ascending order and a batch is there or not. That is also all that
/// <see cref="Engine.IBlockDevice"/> promises. Snapshots are part of the state, and no step changes one (I3).</para>
/// <para>After the process was killed, or an operation failed, everything acknowledged must be there, and only the
/// operation that was running may be there in part; what was not durable still is not.</para>
/// </remarks>
public sealed class PoolModel
{
    private readonly List<PoolStep> steps = [];
    private readonly List<string> history = [];
    private readonly PoolContent durable = new();
    private int acknowledged;
    private ulong operations;

    /// <summary>The state after everything acknowledged.</summary>
    public PoolContent Current { get; private set; } = new();

    /// <summary>All operations so far, numbered, with what became of them.</summary>
    public IReadOnlyList<string> History => history;

    /// <summary>Does one operation to the pool and, once it has returned, to the state.</summary>
    public void Run(PoolOperation operation, PoolSession session)
    {
        var tag = ++operations;
        history.Add($"{tag,4} {operation} …");
        steps.AddRange(operation.Steps(Current, tag));
        operation.Run(session, tag);
        history[^1] = $"{tag,4} {operation}";
        for (; acknowledged < steps.Count; acknowledged++)
            steps[acknowledged].Apply(Current);
        if (operation.IsDurable)
            MakeDurable();
    }

    /// <summary>Puts a remark into the history.</summary>
    public void Note(string remark) => history.Add($"     {remark}");

    /// <summary>After a power cut: which allowed state the pool holds, or why none (null is good). The model goes on from it.</summary>
    public string? SettleAfterPowerCut(Pool pool)
    {
        var difference = Settle(pool, atLeast: 0);
        if (difference is null)
            MakeDurable();
        return difference;
    }

    /// <summary>After the process was killed, or an operation failed and the pool goes on: as above, but everything acknowledged must be there.</summary>
    public string? SettleAfterFailure(Pool pool) => Settle(pool, acknowledged);

    /// <summary>After a failed write or sync of the medium and a new opening: what was not durable may be lost, but is not durable if it is there.</summary>
    public string? SettleAfterFence(Pool pool) => Settle(pool, atLeast: 0);

    private string? Settle(Pool pool, int atLeast)
    {
        var structure = steps.Count > 0 && steps[^1].Disk is null ? steps[^1] : null;
        var blocks = structure is null ? steps.Count : steps.Count - 1;

        var state = durable.Copy();
        var difference = FindCut(pool, state, blocks, Math.Min(atLeast, blocks), out var cut);
        if (difference is not null && structure is not null)
        {
            var whole = durable.Copy();
            steps.ForEach(step => step.Apply(whole));
            if (PoolComparison.FindInStructure(pool, whole) is null)
            {
                (state, cut) = (whole, steps.Count);
                difference = PoolComparison.Find(pool, whole);
            }
        }

        difference ??= PoolComparison.Find(pool, state);
        if (difference is not null)
            return difference;
        Note($"settled at {cut} of {steps.Count} steps since the last durable state, {acknowledged} acknowledged");
        steps.RemoveRange(cut, steps.Count - cut);
        acknowledged = cut;
        Current = state;
        return null;
    }

    /// <summary>Finds the shortest allowed prefix of the first <paramref name="count"/> steps whose state the pool holds; <paramref name="state"/> becomes that state.</summary>
    private string? FindCut(Pool pool, PoolContent state, int count, int atLeast, out int cut)
    {
        cut = 0;
        if (PoolComparison.FindInStructure(pool, state) is { } structural)
            return structural;
        var touched = steps.Take(count).ToLookup(step => step.Disk!, step => step.Lba);
        var wrong = new HashSet<(string Disk, long Lba)>();
        foreach (var (name, disk) in state.Disks)
            wrong.UnionWith(PoolComparison.Mismatches(pool.FindDisk(name)!, disk, disk.Blocks.Keys.Union(touched[name])).Select(lba => (name, lba)));

        for (var fewest = (Count: int.MaxValue, Cut: 0, Example: ""); ; cut++)
        {
            if (wrong.Count == 0 && cut >= atLeast)
                return null;
            if (wrong.Count > 0 && wrong.Count < fewest.Count)
                fewest = (wrong.Count, cut, PoolComparison.Describe($"Disk {wrong.First().Disk}", pool.FindDisk(wrong.First().Disk)!, wrong.First().Lba));
            if (cut == count)
                return fewest.Count == int.MaxValue
                    ? $"The pool holds less than the {atLeast} steps that were acknowledged."
                    : $"No prefix of the {count} steps since the last durable state fits; nearest is {fewest.Cut}, where {fewest.Count} blocks are wrong: {fewest.Example}";
            var step = steps[cut];
            step.Apply(state);
            if (PoolComparison.Mismatches(pool.FindDisk(step.Disk!)!, state.Disks[step.Disk!], [step.Lba]).Count > 0)
                wrong.Add((step.Disk!, step.Lba));
            else
                wrong.Remove((step.Disk!, step.Lba));
        }
    }

    private void MakeDurable()
    {
        steps.ForEach(step => step.Apply(durable));
        steps.Clear();
        acknowledged = 0;
    }
}
