using SnapshotPortal.Nbd.Negotiation;
using SnapshotPortal.Nbd.Wire;

namespace SnapshotPortal.Nbd.Transmission;

/// <summary>Answers what ranges hold (proto.md, NBD_CMD_BLOCK_STATUS).</summary>
internal static class BlockStatus
{
    /// <summary>All contexts of a range, each in a chunk of its own.</summary>
    public static void Reply(in RequestHeader request, Agreement agreement, ReplyWriter replies)
    {
        var extentsMax = (request.Flags & CommandFlags.ReqOne) != CommandFlags.None ? 1 : NbdLimits.ExtentsMax;
        // All are made before the first is written: one of them may fail.
        var (offset, length) = ((long)request.Offset, (long)request.LengthBytes);
        var all = agreement.Contexts.Select(context => Merge(context.Statuses(offset, length), length, extentsMax)).ToArray();
        for (var i = 0; i < all.Length; i++) replies.Statuses(request.Cookie, agreement.Contexts[i].Id, all[i], isLast: i == all.Length - 1);
    }

    /// <summary>Joins neighbours with the same flags, and cuts at the end of the range and after so many.</summary>
    private static List<(uint LengthBytes, uint Flags)> Merge(IEnumerable<(long LengthBytes, uint Flags)> statuses, long rangeBytes, int countMax)
    {
        var merged = new List<(uint LengthBytes, uint Flags)>();
        var left = rangeBytes;
        foreach (var (statusBytes, flags) in statuses)
        {
            var lengthBytes = (uint)Math.Min(statusBytes, left);
            if (lengthBytes == 0) continue;
            if (merged.Count > 0 && merged[^1].Flags == flags) merged[^1] = (merged[^1].LengthBytes + lengthBytes, flags);
            else if (merged.Count == countMax) break;
            else merged.Add((lengthBytes, flags));
            left -= lengthBytes;
            if (left == 0) break;
        }
        return merged;
    }
}
