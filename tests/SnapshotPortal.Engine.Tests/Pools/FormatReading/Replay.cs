namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>Carries a table on with the log behind it.</summary>
internal sealed class Replay(StoredTable table, StoredSegments segments)
{
    private ulong expected;

    /// <summary>What was found damaged in the log, one entry for each piece.</summary>
    public List<string> Damage { get; } = [];

    /// <summary>The places of the batches that were replayed.</summary>
    public List<Place> Batches { get; } = [];

    /// <summary>In how many lives they were written.</summary>
    public int Lives => lives.Count;

    /// <summary>Whether nothing but map pages was found.</summary>
    public bool IsOfMapPagesOnly { get; private set; } = true;

    /// <summary>Whether something lies behind the log's end that does not count.</summary>
    public bool HasTornTail { get; private set; }

    private readonly HashSet<uint> lives = [];

    /// <summary>Replays to the end of the log.</summary>
    public void Run(StoredSuperblock superblock)
    {
        expected = superblock.ReplaySequence;
        // There is no segment 0: from there the log goes on in the one that begins with the expected batch.
        Place? next = new Place(superblock.ReplaySegment, superblock.ReplayBlock);
        while (next is { } place)
        {
            var batch = StoredBatch.Find(segments, place);
            if (batch?.Sequence == expected && batch.IsDataGood(segments))
            {
                Apply(batch);
                next = place with { Block = batch.NextBlock };
            }
            else
            {
                next = Beginning(above: place.Segment) ?? BehindDamage(superblock, place, batch?.Sequence == expected ? batch : null);
            }
        }
    }

    /// <summary>Where the log goes on in another segment.</summary>
    private Place? Beginning(uint above) => segments.Plain
        .Where(number => number > above)
        .Select(number => StoredBatch.Find(segments, new(number, 1)))
        .OfType<StoredBatch>()
        .Where(batch => batch.Sequence == expected)
        .MaxBy(batch => batch.Life)?.Place;

    private void Apply(StoredBatch batch)
    {
        foreach (var record in batch.Records)
        {
            if (IsPossible(record))
                Apply(record);
            else if (Damage.Count == 0)
                throw new InvalidDataException($"Batch {batch.Sequence} at {batch.Place} does what is not possible: {record}.");
        }

        IsOfMapPagesOnly &= batch.Records.TrueForAll(record => record is StoredRecord.MapPages);
        lives.Add(batch.Life);
        Batches.Add(batch.Place);
        expected = batch.Sequence + 1;
    }

    /// <summary>The place behind a batch that does not count though it was durable; null where the log ends there.</summary>
    private Place? BehindDamage(StoredSuperblock superblock, Place place, StoredBatch? readable)
    {
        var later = Later(place).Where(batch => batch.Sequence > expected).ToList();
        HasTornTail = segments.Find(place) is { } block && block.Span.ContainsAnyExcept((byte)0);
        if (superblock.DurableSequence < expected && later.TrueForAll(batch => batch.DurableSequence < expected)) return null;
        Damage.Add($"Batch {expected} at {place} is damaged.");
        if (readable is not null)
        {
            foreach (var disk in readable.Records.Select(record => record is StoredRecord.Fill fill ? fill.Blocks : record).OfType<StoredRecord.Write>().Where(write => write.Blocks.Any(block => !segments.IsGood(block.Place, block.Crc)))) Mark(disk.Disk);
            Apply(readable);
            return place with { Block = readable.NextBlock };
        }

        IsOfMapPagesOnly = false;
        foreach (var disk in table.Disks.Keys.ToList()) Mark(disk);
        expected = later.FirstOrDefault()?.Sequence ?? 0;
        return later.FirstOrDefault()?.Place;
    }

    private void Mark(uint disk)
    {
        if (table.Disks.TryGetValue(disk, out var marked)) table.Disks[disk] = marked with { Damage = marked.Damage ?? Damage[^1] };
    }

    /// <summary>All headers that check behind a place: in its segment, and in those above.</summary>
    private IEnumerable<StoredBatch> Later(Place place)
    {
        foreach (var segment in segments.Plain.Where(number => number >= place.Segment))
        {
            for (var block = segment == place.Segment ? place.Block + 1 : 1; block < segments.BlocksMax; block++)
            {
                if (StoredBatch.Find(segments, new(segment, block)) is { } batch) yield return batch;
            }
        }
    }

    private bool IsPossible(StoredRecord record) => record switch
    {
        StoredRecord.Write write => table.Disks.ContainsKey(write.Disk),
        StoredRecord.Zero zero => table.Disks.ContainsKey(zero.Disk),
        StoredRecord.CreateDisk create => IsFree(table.Disks, create.Name),
        StoredRecord.CreateDiskOnBase create => IsFree(table.Disks, create.Create.Name),
        StoredRecord.Fill fill => table.Disks.ContainsKey(fill.Blocks.Disk),
        StoredRecord.LetBaseGo go => table.Disks.ContainsKey(go.Disk),
        StoredRecord.DeleteDisk delete => table.Disks.ContainsKey(delete.Disk),
        StoredRecord.TakeSnapshot take => table.Disks.ContainsKey(take.Disk) && IsFree(table.Snapshots, take.Name),
        StoredRecord.DeleteSnapshot delete => IsThere(delete.Snapshot),
        StoredRecord.CloneDisk clone => IsThere(clone.Snapshot) && IsFree(table.Disks, clone.Name),
        StoredRecord.Resize resize => table.Disks.TryGetValue(resize.Disk, out var disk) && resize.LengthBytes >= disk.LengthBytes,
        StoredRecord.RollBack rollBack => table.Disks.ContainsKey(rollBack.Disk) && IsThere(rollBack.Snapshot) && IsFree(table.Snapshots, rollBack.Name),
        _ => true,
    };

    private bool IsThere(uint snapshot) => table.Snapshots.TryGetValue(snapshot, out var found) && !found.IsHidden;

    private static bool IsFree(SortedDictionary<uint, StoredVersion> versions, string name) => !versions.Values.Any(version => version.Name == name && !version.IsHidden);

    private void Apply(StoredRecord record)
    {
        switch (record)
        {
            case StoredRecord.Write write:
                var disk = table.Disks[write.Disk];
                for (var i = 0; i < write.Blocks.Count; i++) disk.Blocks[write.FirstLba + i] = new(write.Blocks[i].Place, write.Blocks[i].Crc, disk.Epoch);
                break;
            case StoredRecord.Zero zero:
                var blocks = table.Disks[zero.Disk].Blocks;
                foreach (var lba in blocks.Keys.Where(lba => lba >= zero.FirstLba && lba - zero.FirstLba < zero.Count).ToList()) blocks.Remove(lba);
                table.Disks[zero.Disk] = table.Disks[zero.Disk] with { Zeroed = [.. table.Disks[zero.Disk].Zeroed, (zero.FirstLba, zero.Count)] };
                break;
            case StoredRecord.CreateDisk create:
                table.Disks.Add(create.Disk, new() { Id = create.Disk, Epoch = 1, LengthBytes = create.LengthBytes, ParentId = 0, Cipher = create.Cipher, KeyCheck = create.KeyCheck, Name = create.Name, Blocks = [] });
                break;
            case StoredRecord.CreateDiskOnBase create:
                Apply(create.Create);
                table.Disks[create.Create.Disk] = table.Disks[create.Create.Disk] with { Epoch = 2, Base = (create.Base, create.BaseBytes) };
                break;
            case StoredRecord.Fill fill:
                var filled = table.Disks[fill.Blocks.Disk];
                for (var i = 0; i < fill.Blocks.Blocks.Count; i++)
                {
                    if (filled.IsAbsent(fill.Blocks.FirstLba + i)) filled.Blocks[fill.Blocks.FirstLba + i] = new(fill.Blocks.Blocks[i].Place, fill.Blocks.Blocks[i].Crc, filled.Epoch);
                }

                break;
            case StoredRecord.LetBaseGo go:
                table.Disks[go.Disk] = table.Disks[go.Disk] with { Base = null };
                break;
            case StoredRecord.DeleteDisk delete:
                table.Disks.Remove(delete.Disk);
                DropHidden();
                break;
            case StoredRecord.TakeSnapshot take:
                Keep(take.Disk, take.Snapshot, take.Name);
                break;
            case StoredRecord.DeleteSnapshot delete:
                table.Snapshots[delete.Snapshot] = table.Snapshots[delete.Snapshot] with { IsHidden = true };
                DropHidden();
                break;
            case StoredRecord.CloneDisk clone:
                var source = table.Snapshots[clone.Snapshot];
                table.Disks.Add(clone.Disk, source with { Id = clone.Disk, Epoch = source.Epoch + 1, LengthBytes = clone.LengthBytes, ParentId = source.Id, Name = clone.Name, Disk = null, Blocks = new(source.Blocks) });
                break;
            case StoredRecord.Resize resize:
                table.Disks[resize.Disk] = table.Disks[resize.Disk] with { LengthBytes = resize.LengthBytes };
                break;
            case StoredRecord.RollBack rollBack:
                Keep(rollBack.Disk, rollBack.Kept, rollBack.Name);
                var (target, kept) = (table.Snapshots[rollBack.Snapshot], table.Snapshots[rollBack.Kept]);
                table.Disks[rollBack.Disk] = table.Disks[rollBack.Disk] with { ParentId = target.Id, Blocks = new(target.Blocks), Zeroed = target.Zeroed, Base = target.Base, Damage = target.Damage, Detours = Joined([.. target.Detours, (target.Epoch, kept.Epoch)]) };
                DropHidden();
                break;
            default:
                break;
        }
    }

    private void Keep(uint diskId, uint snapshotId, string name)
    {
        var disk = table.Disks[diskId];
        table.Snapshots.Add(snapshotId, disk with { Id = snapshotId, Name = name, Disk = (disk.Id, disk.Name), Blocks = new(disk.Blocks) });
        table.Disks[diskId] = disk with { Epoch = disk.Epoch + 1, ParentId = snapshotId };
    }

    /// <summary>A hidden snapshot from which only one goes on, or none, is gone.</summary>
    private void DropHidden()
    {
        while (table.Snapshots.Values.FirstOrDefault(snapshot => snapshot.IsHidden && Children(snapshot.Id) <= 1) is { } gone)
        {
            table.Snapshots.Remove(gone.Id);
            foreach (var versions in new[] { table.Disks, table.Snapshots })
            {
                foreach (var child in versions.Values.Where(version => version.ParentId == gone.Id).ToList()) versions[child.Id] = child with { ParentId = gone.ParentId };
            }
        }
    }

    private static List<(uint After, uint UpTo)> Joined(List<(uint After, uint UpTo)> detours) =>
        detours.Count <= 64 ? detours : [(detours[0].After, detours[1].UpTo), .. detours[2..]];

    private int Children(uint snapshot) => table.Disks.Values.Concat(table.Snapshots.Values).Count(version => version.ParentId == snapshot);
}
