namespace SnapshotPortal.Engine;

/// <summary>
/// Bugs that can be planted to see whether the tests find them: a rig that cannot fail proves nothing. At most one, named by
/// <see cref="Switch"/> before the engine is used; without one the compiler drops every branch.
/// </summary>
internal static class Mutant
{
    /// <summary>The application's data (AppContext) that names the bug.</summary>
    public const string Switch = "SnapshotPortal.Mutant";

    // What must be durable, and in which order.
    public static readonly bool FlushWithoutSync = Is(nameof(FlushWithoutSync));
    public static readonly bool OnlyLastSegmentSynced = Is(nameof(OnlyLastSegmentSynced));
    public static readonly bool SegmentNotInDirectory = Is(nameof(SegmentNotInDirectory));
    public static readonly bool FenceForgotten = Is(nameof(FenceForgotten));
    public static readonly bool CheckpointWithoutFlush = Is(nameof(CheckpointWithoutFlush));
    public static readonly bool TableNotSynced = Is(nameof(TableNotSynced));
    public static readonly bool TableNotInDirectory = Is(nameof(TableNotInDirectory));
    public static readonly bool SuperblockNotSynced = Is(nameof(SuperblockNotSynced));
    public static readonly bool OneSuperblockSlot = Is(nameof(OneSuperblockSlot));
    public static readonly bool SuperblockNamedEarly = Is(nameof(SuperblockNamedEarly));
    public static readonly bool DenseNamedBeforeSync = Is(nameof(DenseNamedBeforeSync));

    // What a recovery takes for the log.
    public static readonly bool ForeignBatchReplayed = Is(nameof(ForeignBatchReplayed));
    public static readonly bool HeaderUnchecked = Is(nameof(HeaderUnchecked));
    public static readonly bool ReplayUnchecked = Is(nameof(ReplayUnchecked));
    public static readonly bool TailTooShort = Is(nameof(TailTooShort));
    public static readonly bool DamageTakenForTail = Is(nameof(DamageTakenForTail));
    public static readonly bool VouchesForUnsynced = Is(nameof(VouchesForUnsynced));
    public static readonly bool UnvouchedNotRewritten = Is(nameof(UnvouchedNotRewritten));
    public static readonly bool ReplayNotSynced = Is(nameof(ReplayNotSynced));

    // What is read.
    public static readonly bool ReadUnchecked = Is(nameof(ReadUnchecked));
    public static readonly bool PageUnchecked = Is(nameof(PageUnchecked));

    // What a snapshot keeps.
    public static readonly bool SnapshotSharesHead = Is(nameof(SnapshotSharesHead));
    public static readonly bool CloneSharesHead = Is(nameof(CloneSharesHead));
    public static readonly bool EpochNotRaised = Is(nameof(EpochNotRaised));
    public static readonly bool GenerationIgnored = Is(nameof(GenerationIgnored));
    public static readonly bool TrimLeavesChildren = Is(nameof(TrimLeavesChildren));

    // What is given back, and when.
    public static readonly bool DeadWithoutFlush = Is(nameof(DeadWithoutFlush));
    public static readonly bool PagesWithoutGrace = Is(nameof(PagesWithoutGrace));
    public static readonly bool ReplayGivenBack = Is(nameof(ReplayGivenBack));
    public static readonly bool SharedBlockFreed = Is(nameof(SharedBlockFreed));
    public static readonly bool HeirIgnored = Is(nameof(HeirIgnored));

    private static bool Is(string name) => AppContext.GetData(Switch) is string planted && planted == name;
}
