using SnapshotPortal.Engine;

namespace SnapshotPortal.Testing;

/// <summary>
/// A file's or directory's body: what programs see (the page cache), and beside it every older version of each page
/// that a power cut could still bring back.
/// </summary>
/// <remarks>A page's array is never changed once it is in place, so versions and the shared page of zeroes need no copies.</remarks>
internal sealed class SimulatedInode
{
    private const int PageBytes = Limits.BlockBytes;
    private const int SectorBytes = 512;
    private static readonly byte[] Zeroes = new byte[PageBytes];

    /// <summary>What is seen, by page; a page that is not there is a hole.</summary>
    private readonly Dictionary<long, byte[]> pages;

    /// <summary>Older versions of the pages written since the last sync, oldest first: the first is what is stored. Null is a hole.</summary>
    private readonly Dictionary<long, List<byte[]?>> unsynced = [];

    /// <summary>Pages that a failed sync has marked clean without storing them: seen until the machine stops, and then gone.</summary>
    private readonly HashSet<long> forgotten = [];

    private long storedLengthBytes;

    public SimulatedInode(bool isDirectory)
        : this(isDirectory, [])
    {
    }

    private SimulatedInode(bool isDirectory, Dictionary<long, byte[]> pages) => (IsDirectory, this.pages) = (isDirectory, pages);

    public bool IsDirectory { get; }

    public long LengthBytes { get; private set; }

    public long AllocatedBytes => (long)pages.Count * PageBytes;

    /// <summary>How many handles are open; a deleted file takes space until the last one is closed.</summary>
    public int Handles { get; set; }

    /// <summary>A body of its own that holds the same, all of it stored.</summary>
    public SimulatedInode Fork() => new(IsDirectory, new(pages)) { LengthBytes = LengthBytes, storedLengthBytes = LengthBytes };

    public int Read(long offsetBytes, Span<byte> destination)
    {
        var count = (int)Math.Clamp(LengthBytes - offsetBytes, 0, destination.Length);
        for (var done = 0; done < count;)
        {
            var (page, within) = Math.DivRem(offsetBytes + done, PageBytes);
            var length = Math.Min(PageBytes - (int)within, count - done);
            pages.GetValueOrDefault(page, Zeroes).AsSpan((int)within, length).CopyTo(destination[done..]);
            done += length;
        }

        return count;
    }

    /// <summary>Writes until the source or the free space ends; returns how many bytes were written.</summary>
    public int Write(long offsetBytes, ReadOnlySpan<byte> source, long freeBytes)
    {
        var done = 0;
        while (done < source.Length)
        {
            var (page, within) = Math.DivRem(offsetBytes + done, PageBytes);
            var length = Math.Min(PageBytes - (int)within, source.Length - done);
            var old = pages.GetValueOrDefault(page);
            if (old is null && (freeBytes -= PageBytes) < 0)
                break;
            var content = GC.AllocateUninitializedArray<byte>(PageBytes);
            if (length < PageBytes)
                (old ?? Zeroes).CopyTo(content, 0);
            source.Slice(done, length).CopyTo(content.AsSpan((int)within));
            Replace(page, content);
            done += length;
        }

        LengthBytes = done > 0 ? Math.Max(LengthBytes, offsetBytes + done) : LengthBytes;
        return done;
    }

    /// <summary>Gives pages to every hole below the length; false where the space does not suffice.</summary>
    public bool Allocate(long lengthBytes, long freeBytes)
    {
        var end = PagesOf(lengthBytes);
        if ((end - pages.Keys.Count(page => page < end)) * PageBytes > freeBytes)
            return false;
        for (var page = 0L; page < end; page++)
            pages.TryAdd(page, Zeroes);
        LengthBytes = Math.Max(LengthBytes, lengthBytes);
        return true;
    }

    public void SetLength(long lengthBytes)
    {
        if (lengthBytes < LengthBytes)
            Zero(lengthBytes, LengthBytes);
        LengthBytes = lengthBytes;
    }

    public void PunchHole(long offsetBytes, long lengthBytes) =>
        Zero(offsetBytes, Math.Min(LengthBytes, offsetBytes + lengthBytes));

    /// <summary>What is seen is stored, but for what an earlier failure has forgotten.</summary>
    public void Sync()
    {
        storedLengthBytes = LengthBytes;
        if (forgotten.Count == 0)
            unsynced.Clear();
        foreach (var page in unsynced.Keys.Where(page => !forgotten.Contains(page)).ToList())
            unsynced.Remove(page);
    }

    /// <summary>A sync that forgets one page that was to be stored.</summary>
    public void SyncAllButOne(Random random)
    {
        var dirty = unsynced.Keys.Where(page => !forgotten.Contains(page)).ToList();
        if (dirty.Count > 0)
            forgotten.Add(dirty[random.Next(dirty.Count)]);
        Sync();
    }

    /// <summary>A failed sync: of each unsynced page anything may have become, and the system may take all of them for clean.</summary>
    public void FailSync(Random random)
    {
        foreach (var (page, versions) in unsynced.ToList())
        {
            switch (random.Next(4))
            {
                case 0: // Stored after all.
                    if (!forgotten.Contains(page))
                        unsynced.Remove(page);
                    break;
                case 1: // Taken for clean, and still in the cache.
                    forgotten.Add(page);
                    break;
                case 2: // Taken for clean, and dropped from the cache.
                    Place(page, versions[0]);
                    unsynced.Remove(page);
                    forgotten.Remove(page);
                    break;
                default: // Not tried.
                    break;
            }
        }
    }

    /// <summary>The power is cut: each unsynced page is there, or an older version of it, or a mixture by sectors; the size is the old one, the new one, or between.</summary>
    public void Crash(SimulatedSurvival survival, Random random)
    {
        var keeps = random.Next(6) switch { 0 => 0.0, 1 => 1.0, 2 => 0.1, 3 => 0.9, _ => 0.5 };
        foreach (var (page, versions) in unsynced)
        {
            var newest = pages.GetValueOrDefault(page);
            Place(page, forgotten.Contains(page) ? versions[0] : survival switch
            {
                SimulatedSurvival.None => versions[0],
                SimulatedSurvival.All => newest,
                SimulatedSurvival.Torn => Torn(versions, newest, random),
                _ => Survivor(versions, newest, keeps, random),
            });
        }

        var lengthBytes = survival switch
        {
            SimulatedSurvival.None => storedLengthBytes,
            SimulatedSurvival.All or SimulatedSurvival.Torn => LengthBytes,
            _ => random.Next(5) switch
            {
                0 or 1 => storedLengthBytes,
                2 or 3 => LengthBytes,
                _ => Between(storedLengthBytes, LengthBytes, random),
            },
        };
        LengthBytes = Math.Max(LengthBytes, storedLengthBytes);
        SetLength(lengthBytes);
        unsynced.Clear();
        forgotten.Clear();
        storedLengthBytes = LengthBytes;
        Handles = 0;
    }

    /// <summary>Turns a bit over, on the medium and in the cache.</summary>
    public void Flip(long offsetBytes, int bit)
    {
        var (page, within) = Math.DivRem(offsetBytes, PageBytes);
        var content = pages.GetValueOrDefault(page, Zeroes).ToArray();
        content[within] ^= (byte)(1 << bit);
        pages[page] = content;
    }

    private static byte[]? Survivor(List<byte[]?> versions, byte[]? newest, double keeps, Random random)
    {
        var fate = random.NextDouble();
        if (fate < 0.15)
            return Torn(versions, newest, random);
        if (fate < 0.2)
            return versions[random.Next(versions.Count)];
        return random.NextDouble() < keeps ? newest : versions[0];
    }

    /// <summary>Each sector from any of the versions.</summary>
    private static byte[] Torn(List<byte[]?> versions, byte[]? newest, Random random)
    {
        var content = new byte[PageBytes];
        for (var sector = 0; sector < PageBytes; sector += SectorBytes)
        {
            var version = random.Next(versions.Count + 1);
            var source = (version == versions.Count ? newest : versions[version]) ?? Zeroes;
            source.AsSpan(sector, SectorBytes).CopyTo(content.AsSpan(sector));
        }

        return content;
    }

    private static long Between(long one, long other, Random random)
    {
        var (low, high) = (Math.Min(one, other), Math.Max(one, other));
        return Math.Min(high, PagesOf(low) * PageBytes + random.NextInt64(PagesOf(high - low) + 1) * PageBytes);
    }

    private static long PagesOf(long lengthBytes) => (lengthBytes + PageBytes - 1) / PageBytes;

    private void Zero(long fromBytes, long toBytes)
    {
        for (var at = fromBytes; at < toBytes;)
        {
            var (page, within) = Math.DivRem(at, PageBytes);
            var end = Math.Min(toBytes, (page + 1) * PageBytes);
            // The tail behind the end of the file belongs to the hole as well.
            var whole = within == 0 && (end == (page + 1) * PageBytes || end >= LengthBytes);
            if (whole)
            {
                if (pages.ContainsKey(page))
                    Replace(page, null);
            }
            else if (pages.TryGetValue(page, out var old) && old != Zeroes)
            {
                var content = old.ToArray();
                content.AsSpan((int)within, (int)(end - at)).Clear();
                Replace(page, content);
            }

            at = end;
        }
    }

    private void Replace(long page, byte[]? content)
    {
        if (!unsynced.TryGetValue(page, out var versions))
            unsynced.Add(page, versions = new(1));
        // What a failed sync forgot is not what could still be stored.
        if (!forgotten.Remove(page))
            versions.Add(pages.GetValueOrDefault(page));
        Place(page, content);
    }

    private void Place(long page, byte[]? content)
    {
        if (content is null)
            pages.Remove(page);
        else
            pages[page] = content;
    }
}
