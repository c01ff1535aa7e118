using System.Runtime.InteropServices;
using SnapshotPortal.Engine;

namespace SnapshotPortal.Testing;

/// <summary>The bytes that a write puts down: they follow from its tag and their place on the disk, so nothing has to be kept to know them.</summary>
public static class Pattern
{
    private const ulong Step = 0x9E37_79B9_7F4A_7C15;

    /// <summary>The tag of zeroes.</summary>
    public const ulong Zeroes = 0;

    /// <summary>Fills with the bytes that the write of a tag has at an offset of a disk.</summary>
    public static void Fill(ulong tag, long offsetBytes, Span<byte> destination)
    {
        if (tag == Zeroes)
        {
            destination.Clear();
            return;
        }

        var head = Math.Min(destination.Length, (int)(-offsetBytes & 7));
        FillPart(tag, offsetBytes, destination[..head]);
        var words = MemoryMarshal.Cast<byte, ulong>(destination[head..]);
        var word = tag + (ulong)((offsetBytes + head) / 8) * Step;
        for (var i = 0; i < words.Length; i++, word += Step)
            words[i] = word;
        var done = head + words.Length * 8;
        FillPart(tag, offsetBytes + done, destination[done..]);
    }

    /// <summary>The tag of the write that a block's first eight bytes would belong to.</summary>
    public static ulong TagOf(ReadOnlySpan<byte> block, long offsetBytes) =>
        MemoryMarshal.Read<ulong>(block) - (ulong)(offsetBytes / 8) * Step;

    private static void FillPart(ulong tag, long offsetBytes, Span<byte> part)
    {
        for (var i = 0; i < part.Length; i++)
            part[i] = (byte)((tag + (ulong)((offsetBytes + i) / 8) * Step) >> (int)((offsetBytes + i) & 7) * 8);
    }
}

/// <summary>What a block holds, as runs of bytes of one write each. Every change makes a new object, so two that are one are untouched in between.</summary>
public sealed class BlockContent
{
    private readonly (int End, ulong Tag)[] runs;

    private BlockContent((int End, ulong Tag)[] runs) => this.runs = runs;

    /// <summary>Whether it is all zeroes.</summary>
    public bool IsZero => Array.TrueForAll(runs, run => run.Tag == Pattern.Zeroes);

    /// <summary>A block with a range written over what it held (null: never written).</summary>
    public static BlockContent Over(BlockContent? below, int from, int to, ulong tag)
    {
        var result = new List<(int End, ulong Tag)>(4);
        var start = 0;
        foreach (var run in below?.runs ?? [(Limits.BlockBytes, Pattern.Zeroes)])
        {
            if (start < from)
                result.Add((Math.Min(run.End, from), run.Tag));
            if (start < to && run.End >= to)
                result.Add((to, tag));
            if (run.End > to)
                result.Add(run);
            start = run.End;
        }

        return new([.. result]);
    }

    /// <summary>Fills a buffer of one block with the bytes.</summary>
    public void CopyTo(long lba, Span<byte> block)
    {
        var start = 0;
        foreach (var (end, tag) in runs)
        {
            Pattern.Fill(tag, lba * Limits.BlockBytes + start, block[start..end]);
            start = end;
        }
    }
}
