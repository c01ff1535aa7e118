using System.Globalization;
using System.Runtime.InteropServices;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Engine.Log;

/// <summary>What a clean close leaves for the next opening, so that it need not walk all maps: docs/format.md, Liveness.</summary>
/// <remarks>
/// It can always be done without. So it is read only where it checks, belongs to the superblock that was opened, and names the same
/// disks and snapshots; and only where nothing was replayed: then nothing has been given back since it was written.
/// </remarks>
internal sealed class LivenessFile(IFileSystem files, string directory)
{
    private const uint Version = 1;
    private const int HeaderBytes = 56;
    private const string Prefix = "liveness-";

    private static ReadOnlySpan<byte> Magic => "SNPALIVE"u8;

    /// <summary>Writes what is known, all of it durable.</summary>
    public void Write(Superblock superblock, PoolState state, Liveness liveness)
    {
        var path = PathOf(superblock);
        files.Delete(path);
        using (var file = files.Create(path))
        {
            file.Write(0, Bytes(superblock, state, liveness));
            file.Sync();
        }
        files.SyncDirectory(directory);
    }

    /// <summary>Takes over what was written with this superblock; false where there is nothing that counts.</summary>
    public bool TryRead(Superblock superblock, PoolState state, Liveness liveness)
    {
        try
        {
            if (files.FindLength(PathOf(superblock)) is not (>= HeaderBytes and <= int.MaxValue and var length)) return false;
            var bytes = new byte[length];
            using (var file = files.Open(PathOf(superblock)))
                if (file.Read(0, bytes) < length) return false;
            Restore(bytes, superblock, state, liveness);
            return true;
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
        {
            return false;
        }
    }

    /// <summary>Deletes what belongs to a superblock that is not the newest any more.</summary>
    public static void DropAll(IFileSystem files, string directory)
    {
        foreach (var name in files.List(directory))
            if (name.StartsWith(Prefix, StringComparison.Ordinal)) files.Delete($"{directory}/{name}");
    }

    private string PathOf(Superblock superblock) => $"{directory}/{Prefix}{superblock.Number.ToString("x16", CultureInfo.InvariantCulture)}";

    private static byte[] Bytes(Superblock superblock, PoolState state, Liveness liveness)
    {
        var (disks, snapshots) = (state.Disks(), state.Snapshots());
        var (segments, pages) = (liveness.Segments(), liveness.WaitingPages());
        var bytes = new byte[HeaderBytes + 16L * (disks.Length + snapshots.Length) + segments.Sum(segment => 8L + segment.Live.Length * sizeof(ulong)) + 8L * pages.Count];
        var fields = FieldWriter.Begin(bytes, Magic, Version);
        fields.Id(superblock.PoolId);
        fields.U64(superblock.Number);
        fields.U32((uint)disks.Length);
        fields.U32((uint)snapshots.Length);
        fields.U32((uint)segments.Count);
        fields.U32((uint)pages.Count);
        foreach (var disk in disks) Write(ref fields, disk.Id, disk.Added);
        foreach (var snapshot in snapshots) Write(ref fields, snapshot.Id, snapshot.Added);
        foreach (var (number, live) in segments)
        {
            fields.U32(number);
            fields.Skip(4);
            fields.Bytes(MemoryMarshal.AsBytes<ulong>(live));
        }
        foreach (var page in pages) fields.U64(page.Value);
        FieldWriter.Seal(bytes);
        return bytes;
    }

    private static void Write(ref FieldWriter fields, uint id, BlockCount added)
    {
        fields.U32(id);
        fields.Skip(4);
        fields.U64((ulong)added.Blocks);
    }

    private static void Restore(byte[] bytes, Superblock superblock, PoolState state, Liveness liveness)
    {
        var fields = FieldReader.Checked(bytes, Magic, Version, "The liveness");
        fields.Require(fields.Id() == superblock.PoolId && fields.U64() == superblock.Number, "it belongs to another pool or superblock");
        var (disks, snapshots) = (state.Disks(), state.Snapshots());
        fields.Require(fields.U32() == disks.Length && fields.U32() == snapshots.Length, "it is of other disks and snapshots");
        var (segmentCount, pageCount) = (fields.U32(), fields.U32());
        var added = new List<(BlockCount Count, long Blocks)>();
        foreach (var disk in disks) added.Add((disk.Added, Read(ref fields, disk.Id)));
        foreach (var snapshot in snapshots) added.Add((snapshot.Added, Read(ref fields, snapshot.Id)));
        var words = (int)(superblock.SegmentBytes / Limits.BlockBytes + 63) / 64;
        var segments = new List<(uint, ulong[])>();
        for (var i = 0; i < segmentCount; i++)
        {
            var number = fields.U32();
            fields.Zero(4);
            segments.Add((number, MemoryMarshal.Cast<byte, ulong>(fields.Bytes(words * sizeof(ulong))).ToArray()));
        }
        var pages = new List<Location>();
        for (var i = 0; i < pageCount; i++) pages.Add(new(fields.U64()));
        fields.Require(fields.Left == 0, "it is longer than its parts");
        liveness.Restore(segments, pages);
        foreach (var (count, blocks) in added) count.Add(blocks);
    }

    private static long Read(ref FieldReader fields, uint id)
    {
        fields.Require(fields.U32() == id, "it is of other disks and snapshots");
        fields.Zero(4);
        return (long)fields.U64();
    }
}
