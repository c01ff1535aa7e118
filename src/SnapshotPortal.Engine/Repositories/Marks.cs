namespace SnapshotPortal.Engine.Repositories;

/// <summary>Which records are live, of the packs that were there when marking began. Not thread-safe.</summary>
internal sealed class Marks(int packs, long records)
{
    private readonly BitSet live = new(records), walked = new(records);
    private readonly long[] liveBytes = new long[packs];

    /// <summary>Whether the pack was there when marking began.</summary>
    public bool Covers(StoredPack pack) => pack.Number < liveBytes.Length;

    /// <summary>Marks a record; returns its size where it was not marked before, else 0. One that came since marking began is in no danger and not marked.</summary>
    public long Add(PackLocation location)
    {
        if (!Covers(location.Pack) || !live.Add(location.Pack.FirstRecord + location.Entry)) return 0;
        liveBytes[location.Pack.Number] += location.Record.StoredLength;
        return location.Record.StoredLength;
    }

    /// <summary>Marks a page that is walked; false where it was walked before. (One that was marked may only have been the base of another.)</summary>
    public bool AddWalked(PackLocation location)
    {
        Add(location);
        return !Covers(location.Pack) || walked.Add(location.Pack.FirstRecord + location.Entry);
    }

    public bool Contains(StoredPack pack, int entry) => Covers(pack) && live.Contains(pack.FirstRecord + entry);

    public long LiveBytes(StoredPack pack) => liveBytes[pack.Number];

    public long DeadBytes(StoredPack pack) => RecordBytes(pack) - LiveBytes(pack);

    /// <summary>A pack's size without what explains it.</summary>
    public static long RecordBytes(StoredPack pack) => pack.LengthBytes - Pack.HeaderBytes - (long)pack.Records * Pack.EntryBytes - Pack.FooterBytes;
}
