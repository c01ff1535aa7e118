namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Which moments of a disk led to what it holds now: a roll back takes what was between off the way, and its undoing brings that back.</summary>
public static class DiskPath
{
    /// <summary>Whether what the disk holds now has grown from its state of that moment.</summary>
    /// <param name="rollBacks">All of the disk, newest first.</param>
    /// <param name="moment">The moment.</param>
    public static bool Includes(IEnumerable<RollBackInfo> rollBacks, DateTimeOffset moment)
    {
        // Followed backwards: at a roll back the way goes on at the moment whose state it brought, and passes by what was between.
        var reached = DateTimeOffset.MaxValue;
        foreach (var rollBack in rollBacks)
        {
            if (rollBack.Time >= reached) continue;
            if (moment >= rollBack.Time) return true;
            reached = rollBack.StateOf;
            if (moment > reached) return false;
        }

        return true;
    }
}
