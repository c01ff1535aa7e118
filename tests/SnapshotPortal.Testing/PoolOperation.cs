using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Testing;

/// <summary>One call on a pool, and what it means to the model.</summary>
public abstract record PoolOperation
{
    /// <summary>Whether everything up to and with it survives a crash once it has returned.</summary>
    internal virtual bool IsDurable => true;

    /// <summary>Does it to the pool.</summary>
    public abstract void Run(PoolSession session, ulong tag);

    /// <summary>What it does to the state, in the order in which a crash may cut it short; a lazy sequence over the state as it is before.</summary>
    internal virtual IEnumerable<PoolStep> Steps(PoolContent state, ulong tag) => [];

    private static IEnumerable<PoolStep> Overwrite(PoolContent state, string name, long offsetBytes, long lengthBytes, ulong tag)
    {
        var blocks = state.Disks[name].Blocks;
        for (var at = offsetBytes; at < offsetBytes + lengthBytes;)
        {
            var (lba, from) = Math.DivRem(at, Limits.BlockBytes);
            var to = (int)Math.Min(Limits.BlockBytes, from + offsetBytes + lengthBytes - at);
            yield return new(name, lba, BlockContent.Over(blocks.GetValueOrDefault(lba), (int)from, to, tag));
            at += to - from;
        }
    }

    private static void Remove(Dictionary<string, DiskContent> from, string name)
    {
        if (!from.Remove(name))
            throw new KeyNotFoundException($"There is no {name}.");
    }

    /// <summary>Writes the tag's pattern.</summary>
    public sealed record Write(string Disk, long OffsetBytes, int LengthBytes) : PoolOperation
    {
        internal override bool IsDurable => false;

        public override void Run(PoolSession session, ulong tag)
        {
            var bytes = new byte[LengthBytes];
            Pattern.Fill(tag, OffsetBytes, bytes);
            session.Pool.FindDisk(Disk)!.Write(OffsetBytes, bytes);
        }

        internal override IEnumerable<PoolStep> Steps(PoolContent state, ulong tag) => Overwrite(state, Disk, OffsetBytes, LengthBytes, tag);
    }

    /// <summary>Writes zeroes.</summary>
    public sealed record WriteZeroes(string Disk, long OffsetBytes, long LengthBytes) : PoolOperation
    {
        internal override bool IsDurable => false;

        public override void Run(PoolSession session, ulong tag) => session.Pool.FindDisk(Disk)!.WriteZeroes(OffsetBytes, LengthBytes);

        internal override IEnumerable<PoolStep> Steps(PoolContent state, ulong tag) => Overwrite(state, Disk, OffsetBytes, LengthBytes, Pattern.Zeroes);
    }

    /// <summary>Gives a range back.</summary>
    public sealed record Trim(string Disk, long OffsetBytes, long LengthBytes) : PoolOperation
    {
        internal override bool IsDurable => false;

        public override void Run(PoolSession session, ulong tag) => session.Pool.FindDisk(Disk)!.Trim(OffsetBytes, LengthBytes);

        internal override IEnumerable<PoolStep> Steps(PoolContent state, ulong tag) => Overwrite(state, Disk, OffsetBytes, LengthBytes, Pattern.Zeroes);
    }

    /// <summary>Flushes a disk (and with it, as there is one log, everything before).</summary>
    public sealed record FlushDisk(string Disk) : PoolOperation
    {
        public override void Run(PoolSession session, ulong tag) => session.Pool.FindDisk(Disk)!.Flush();
    }

    /// <summary>Flushes the pool.</summary>
    public sealed record Flush : PoolOperation
    {
        public override void Run(PoolSession session, ulong tag) => session.Pool.Flush();
    }

    /// <summary>Writes a checkpoint.</summary>
    public sealed record Checkpoint : PoolOperation
    {
        public override void Run(PoolSession session, ulong tag) => session.Pool.Checkpoint();
    }

    /// <summary>Gives back the space that nothing needs.</summary>
    public sealed record Reclaim : PoolOperation
    {
        public override void Run(PoolSession session, ulong tag) => session.Pool.Reclaim();
    }

    /// <summary>Closes the pool cleanly and opens it again.</summary>
    public sealed record Reopen : PoolOperation
    {
        public override void Run(PoolSession session, ulong tag) => session.Reopen();
    }

    /// <summary>Makes a disk.</summary>
    public sealed record CreateDisk(string Disk, long LengthBytes, bool IsEncrypted = false) : PoolOperation
    {
        public override void Run(PoolSession session, ulong tag)
        {
            if (IsEncrypted)
                session.Pool.CreateDisk(Disk, LengthBytes, DiskKeys.Any(tag));
            else
                session.Pool.CreateDisk(Disk, LengthBytes);
        }

        internal override IEnumerable<PoolStep> Steps(PoolContent state, ulong tag) =>
            [new(after => after.Disks.Add(Disk, new(LengthBytes, (int)tag, Disk)))];
    }

    /// <summary>Makes a disk on a base; its content is there at once.</summary>
    public sealed record CreateDiskOn(string Disk, long LengthBytes, long BaseBlocks, bool IsEncrypted) : PoolOperation
    {
        public override void Run(PoolSession session, ulong tag)
        {
            var content = new PatternBase(tag, BaseBlocks);
            session.Pool.CreateDiskOn(Disk, LengthBytes, content.Name, content, IsEncrypted ? DiskKeys.Any(tag) : default);
        }

        internal override IEnumerable<PoolStep> Steps(PoolContent state, ulong tag) => [new(after =>
        {
            var disk = new DiskContent(LengthBytes, (int)tag, Disk);
            foreach (var lba in new PatternBase(tag, BaseBlocks).Blocks)
                disk.Blocks.Add(lba, BlockContent.Over(null, 0, Limits.BlockBytes, tag));
            after.Disks.Add(Disk, disk);
        })];
    }

    /// <summary>Copies some of what a disk's base holds, or all: nothing that anybody sees.</summary>
    public sealed record Hydrate(string Disk, int PiecesMax) : PoolOperation
    {
        internal override bool IsDurable => false;

        public override void Run(PoolSession session, ulong tag)
        {
            using var cancel = new CancellationTokenSource();
            var counter = new PieceCounter(PiecesMax, cancel);
            try
            {
                session.Pool.FindDisk(Disk)!.HydrateAsync(null, counter, workers: 1, cancel.Token).GetAwaiter().GetResult();
            }
            catch (OperationCanceledException)
            {
                // As far as it was to go.
            }
        }

        private sealed class PieceCounter(int piecesMax, CancellationTokenSource cancel) : IProgress<HydrationProgress>
        {
            private int reports;

            public void Report(HydrationProgress value)
            {
                if (++reports > piecesMax)
                    cancel.Cancel();
            }
        }
    }

    /// <summary>Uses a disk while its base does not answer: what is read is right, or the store is named.</summary>
    public sealed record UseWithoutBase(string Disk, long OffsetBytes, int LengthBytes) : PoolOperation
    {
        internal override bool IsDurable => false;

        public override void Run(PoolSession session, ulong tag)
        {
            var disk = session.Pool.FindDisk(Disk)!;
            var read = new byte[LengthBytes];
            disk.Read(OffsetBytes, read);
            foreach (var name in session.Pool.Bases)
                session.Pool.HandInBase(name, PatternBase.Of(name, isAway: true));
            try
            {
                var again = new byte[LengthBytes];
                disk.Read(OffsetBytes, again);
                if (!again.AsSpan().SequenceEqual(read))
                    throw new InvalidOperationException($"{Disk} reads differently at {OffsetBytes} while its base is away.");
            }
            catch (EngineException e) when (e.Fault == EngineFault.StoreUnavailable && disk.BaseName is not null)
            {
                // Something in the range is not copied yet.
            }
            finally
            {
                PatternBase.HandIn(session.Pool);
            }
        }
    }

    /// <summary>Deletes a disk.</summary>
    public sealed record DeleteDisk(string Disk) : PoolOperation
    {
        public override void Run(PoolSession session, ulong tag) => session.Pool.DeleteDisk(Disk);

        internal override IEnumerable<PoolStep> Steps(PoolContent state, ulong tag) => [new(after => Remove(after.Disks, Disk))];
    }

    /// <summary>Takes a local snapshot.</summary>
    public sealed record TakeSnapshot(string Disk, string Snapshot) : PoolOperation
    {
        internal override bool IsDurable => false;

        public override void Run(PoolSession session, ulong tag) => session.Pool.TakeSnapshot(Disk, Snapshot);

        internal override IEnumerable<PoolStep> Steps(PoolContent state, ulong tag) =>
            [new(after => after.Snapshots.Add(Snapshot, after.Disks[Disk].Copy()))];
    }

    /// <summary>Takes local snapshots of several disks at one place; each is named after its disk and the group.</summary>
    public sealed record TakeSnapshots(IReadOnlyList<string> Disks, string Group) : PoolOperation
    {
        internal override bool IsDurable => false;

        public override void Run(PoolSession session, ulong tag) =>
            session.Pool.TakeSnapshots([.. Disks.Select(disk => (disk, NameOf(disk)))]);

        /// <summary>The name of a disk's snapshot.</summary>
        public string NameOf(string disk) => $"{Group}-of-{disk}";

        public override string ToString() => $"TakeSnapshots {{ Disks = {string.Join(", ", Disks)}, Group = {Group} }}";

        internal override IEnumerable<PoolStep> Steps(PoolContent state, ulong tag) => [new(after =>
        {
            foreach (var disk in Disks)
                after.Snapshots.Add(NameOf(disk), after.Disks[disk].Copy());
        })];
    }

    /// <summary>Rolls a disk back to one of its snapshots.</summary>
    public sealed record RollBack(string Disk, string Snapshot, string Kept) : PoolOperation
    {
        public override void Run(PoolSession session, ulong tag) => session.Pool.RollBack(Disk, Snapshot, Kept);

        internal override IEnumerable<PoolStep> Steps(PoolContent state, ulong tag) => [new(after =>
        {
            var before = after.Disks[Disk];
            after.Snapshots.Add(Kept, before.Copy());
            after.Disks[Disk] = after.Snapshots[Snapshot].CopyAs(before.LengthBytes, before.Lineage, Disk);
        })];
    }

    /// <summary>Enlarges a disk.</summary>
    public sealed record ResizeDisk(string Disk, long LengthBytes) : PoolOperation
    {
        public override void Run(PoolSession session, ulong tag) => session.Pool.ResizeDisk(Disk, LengthBytes);

        internal override IEnumerable<PoolStep> Steps(PoolContent state, ulong tag) =>
            [new(after => after.Disks[Disk] = after.Disks[Disk].CopyAs(LengthBytes, after.Disks[Disk].Lineage, Disk))];
    }

    /// <summary>Deletes a local snapshot.</summary>
    public sealed record DeleteSnapshot(string Snapshot) : PoolOperation
    {
        public override void Run(PoolSession session, ulong tag) => session.Pool.DeleteSnapshot(Snapshot);

        internal override IEnumerable<PoolStep> Steps(PoolContent state, ulong tag) => [new(after => Remove(after.Snapshots, Snapshot))];
    }

    /// <summary>Makes a disk from a local snapshot.</summary>
    public sealed record CloneDisk(string Snapshot, string Disk, long LengthBytes) : PoolOperation
    {
        public override void Run(PoolSession session, ulong tag) => session.Pool.CloneDisk(Snapshot, Disk, LengthBytes);

        internal override IEnumerable<PoolStep> Steps(PoolContent state, ulong tag) =>
            [new(after => after.Disks.Add(Disk, after.Snapshots[Snapshot].CopyAs(LengthBytes, (int)tag, Disk)))];
    }
}

/// <summary>A change of the state that a crash leaves whole or leaves out: one block's new content, or one change of what disks and snapshots there are.</summary>
internal sealed class PoolStep
{
    private readonly Action<PoolContent>? structure;
    private readonly BlockContent? content;

    public PoolStep(string disk, long lba, BlockContent content) => (Disk, Lba, this.content) = (disk, lba, content);

    public PoolStep(Action<PoolContent> structure) => this.structure = structure;

    /// <summary>The disk whose block it changes; null where it changes the structure.</summary>
    public string? Disk { get; }

    public long Lba { get; }

    public void Apply(PoolContent state)
    {
        if (structure is not null)
            structure(state);
        else
            state.Disks[Disk!].Blocks[Lba] = content!;
    }
}
