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
    private readonly PoolContent durable;
    private int acknowledged;
    private ulong operations;
    private bool isDurable;

    /// <summary>The model of a pool that is empty, or durably holds something.</summary>
    /// <param name="content">What it holds.</param>
    /// <param name="operations">How many operations have led to that: tags go on from there.</param>
    public PoolModel(PoolContent? content = null, ulong operations = 0)
    {
        durable = content?.Copy() ?? new();
        Current = durable.Copy();
        this.operations = operations;
    }

    /// <summary>The state after everything acknowledged.</summary>
    public PoolContent Current { get; private set; }

    /// <summary>How many operations were begun.</summary>
    public ulong Operations => operations;

    /// <summary>All operations so far, numbered, with what became of them.</summary>
    public IReadOnlyList<string> History => history;

    /// <summary>Does one operation to the pool and, once it has returned, to the state.</summary>
    public void Run(PoolOperation operation, PoolSession session)
    {
        Begin(operation);
        operation.Run(session, operations);
        Acknowledge();
    }

    /// <summary>An operation begins, of which a crash may leave any part until it is acknowledged.</summary>
    public void Begin(PoolOperation operation)
    {
        history.Add($"{++operations,4} {operation} …");
        steps.AddRange(operation.Steps(Current, operations));
        isDurable = operation.IsDurable;
    }

    /// <summary>The operation that began last has returned.</summary>
    public void Acknowledge()
    {
        history[^1] = history[^1].TrimEnd('…', ' ');
        for (; acknowledged < steps.Count; acknowledged++)
            steps[acknowledged].Apply(Current);
        if (isDurable)
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
        var state = durable.Copy();
        var difference = FindCut(pool, state, atLeast, out var cut);
        if (difference is not null)
            return difference;
        Note($"settled at {cut} of {steps.Count} steps since the last durable state, {acknowledged} acknowledged");
        steps.RemoveRange(cut, steps.Count - cut);
        acknowledged = cut;
        Current = state;
        return null;
    }

    /// <summary>Finds the shortest allowed prefix of the steps whose state the pool holds; <paramref name="state"/> becomes that state.</summary>
    private string? FindCut(Pool pool, PoolContent state, int atLeast, out int cut)
    {
        string? structure = null;
        var wrong = new HashSet<(string Disk, long Lba)>();
        CompareAll();
        var nearest = (Wrong: int.MaxValue, Cut: 0, Difference: structure, Block: default((string Disk, long Lba)));
        for (cut = 0; ; cut++)
        {
            if (structure is null)
            {
                // Where the bytes fit, what is said of zeroes, and the snapshots, still may not.
                var difference = wrong.Count == 0 && cut >= atLeast ? PoolComparison.FindBesideDisks(pool, state) : null;
                if (wrong.Count == 0 && cut >= atLeast && difference is null)
                    return null;
                if (wrong.Count <= nearest.Wrong)
                    nearest = (wrong.Count, cut, difference, wrong.FirstOrDefault());
            }

            if (cut == steps.Count)
            {
                var difference = nearest.Block is (not null, var lba) block ? PoolComparison.Describe($"Disk {block.Disk}", pool.FindDisk(block.Disk)!, lba) : nearest.Difference;
                return difference is null
                    ? $"The pool is at step {nearest.Cut}, but {atLeast} steps were acknowledged."
                    : $"No prefix of the {cut} steps since the last durable state fits; nearest is {nearest.Cut}: {difference}";
            }

            var step = steps[cut];
            step.Apply(state);
            if (step.Disk is null)
                CompareAll();
            else if (structure is null)
                Compare(step.Disk, step.Lba);
        }

        void CompareAll()
        {
            structure = PoolComparison.FindInStructure(pool, state);
            wrong.Clear();
            foreach (var (name, disk) in structure is null ? state.Disks : [])
                wrong.UnionWith(PoolComparison.Mismatches(pool.FindDisk(name)!, disk, disk.Blocks.Keys).Select(lba => (name, lba)));
        }

        void Compare(string disk, long lba)
        {
            if (PoolComparison.Mismatches(pool.FindDisk(disk)!, state.Disks[disk], [lba]).Count > 0)
                wrong.Add((disk, lba));
            else
                wrong.Remove((disk, lba));
        }
    }

    private void MakeDurable()
    {
        steps.ForEach(step => step.Apply(durable));
        steps.Clear();
        acknowledged = 0;
    }
}
