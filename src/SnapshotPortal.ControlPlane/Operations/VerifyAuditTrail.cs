using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;

namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>Recomputes the chain of the whole audit trail; for administrators.</summary>
[PortalOnly]
public sealed record VerifyAuditTrail : IOperation<VerifyAuditTrailResult>;

/// <summary>What the chain is worth.</summary>
/// <param name="EntryCount">How many lines were checked, up to the first that is wrong.</param>
/// <param name="HeadHash">The hash of the last line: noted elsewhere, it proves later that everything up to it is unchanged.</param>
/// <param name="Problem">What is wrong, as a sentence; null where every line is as it was written.</param>
public sealed record VerifyAuditTrailResult(long EntryCount, string HeadHash, string? Problem);

internal sealed class VerifyAuditTrailHandler(PortalDb db) : IHandler<VerifyAuditTrail, VerifyAuditTrailResult>
{
    public async Task<VerifyAuditTrailResult> RunAsync(VerifyAuditTrail request, Caller caller, CancellationToken cancel)
    {
        // One reading transaction: lines that are added meanwhile belong to the next verification.
        await using var reading = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.Serializable, cancel);
        var head = await db.AuditHeads.AsNoTracking().SingleOrDefaultAsync(cancel);
        var (sequence, hash) = (0L, AuditTrail.Origin);
        await foreach (var entry in db.AuditTrail.AsNoTracking().OrderBy(each => each.Sequence).AsAsyncEnumerable().WithCancellation(cancel))
        {
            if (entry.Sequence != sequence + 1) return new(sequence, hash, $"Line {sequence + 1} is missing: after line {sequence} comes line {entry.Sequence}.");
            if (entry.PreviousHash != hash) return new(sequence, hash, $"Line {entry.Sequence} (request {entry.Id}) does not follow line {sequence}: one of the two was replaced.");
            if (entry.Hash != entry.ComputeHash()) return new(sequence, hash, $"Line {entry.Sequence} (request {entry.Id}) was changed after it was written.");
            (sequence, hash) = (entry.Sequence, entry.Hash);
        }

        if ((head?.Sequence ?? 0, head?.Hash ?? AuditTrail.Origin) != (sequence, hash))
            return new(sequence, hash, $"The trail ends with line {sequence}, but {head?.Sequence ?? 0} lines were written.");
        return new(sequence, hash, null);
    }
}
