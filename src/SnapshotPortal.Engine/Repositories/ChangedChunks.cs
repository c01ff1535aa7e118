namespace SnapshotPortal.Engine.Repositories;

/// <summary>A run of chunks to be read, or known to be zeroes.</summary>
internal readonly record struct ChunkRun(long First, long Count, bool IsZero)
{
    public long End => First + Count;
}

/// <summary>Changed ranges of any alignment as runs of whole chunks.</summary>
internal static class ChangedChunks
{
    /// <summary>How many chunks a disk of that size has.</summary>
    public static long CountOf(long lengthBytes) => (lengthBytes + Limits.ChunkBytes - 1) / Limits.ChunkBytes;

    /// <summary>The bytes of a chunk that lie on the disk: fewer than <see cref="Limits.ChunkBytes"/> at its end.</summary>
    public static int BytesOf(long chunk, long lengthBytes) => (int)Math.Min(Limits.ChunkBytes, lengthBytes - chunk * Limits.ChunkBytes);

    /// <summary>
    /// The runs in ascending order, without overlaps. A chunk that is zeroed only in part is to be read. With
    /// <paramref name="gapsAreZero"/> what is not named is zeroes, otherwise it is left out.
    /// </summary>
    /// <exception cref="ArgumentException">A range lies outside the disk, overlaps, or is out of order.</exception>
    public static IEnumerable<ChunkRun> From(IEnumerable<Extent> changed, long lengthBytes, bool gapsAreZero)
    {
        long next = 0, position = 0;
        foreach (var extent in changed)
        {
            if (extent.OffsetBytes < position || extent.LengthBytes <= 0 || extent.EndBytes > lengthBytes)
                throw new ArgumentException($"The changed range of {extent.LengthBytes} bytes at byte {extent.OffsetBytes} is not behind the one before, or not inside the disk of {lengthBytes} bytes.", nameof(changed));
            position = extent.EndBytes;
            foreach (var run in RunsOf(extent, lengthBytes))
            {
                // The chunk that two ranges share was read for the first of them.
                var first = Math.Max(run.First, next);
                if (first >= run.End) continue;
                if (gapsAreZero && first > next) yield return new ChunkRun(next, first - next, IsZero: true);
                yield return run with { First = first, Count = run.End - first };
                next = run.End;
            }
        }
        var end = CountOf(lengthBytes);
        if (gapsAreZero && next < end) yield return new ChunkRun(next, end - next, IsZero: true);
    }

    private static IEnumerable<ChunkRun> RunsOf(Extent extent, long lengthBytes)
    {
        long first = extent.OffsetBytes / Limits.ChunkBytes, end = CountOf(extent.EndBytes);
        if (extent.Kind == ExtentKind.Data)
        {
            yield return new ChunkRun(first, end - first, IsZero: false);
            yield break;
        }
        var wholeFirst = CountOf(extent.OffsetBytes);
        var wholeEnd = extent.EndBytes == lengthBytes ? end : extent.EndBytes / Limits.ChunkBytes;
        if (wholeFirst > first) yield return new ChunkRun(first, 1, IsZero: false);
        if (wholeEnd > wholeFirst) yield return new ChunkRun(wholeFirst, wholeEnd - wholeFirst, IsZero: true);
        if (end > Math.Max(wholeEnd, wholeFirst)) yield return new ChunkRun(end - 1, 1, IsZero: false);
    }
}
