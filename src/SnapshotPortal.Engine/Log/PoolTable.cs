using System.Text;
using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Engine.Log;

/// <summary>The disks and snapshots as a checkpoint found them: docs/format.md, Table.</summary>
internal sealed record PoolTable(uint NextDisk, uint NextSnapshot, IReadOnlyList<DiskRow> Disks, IReadOnlyList<SnapshotRow> Snapshots, string? Damage)
{
    public const int DamageBytesMax = 1024;
    private const uint Version = 1;
    private const int HeaderBytes = 56;
    private const uint OfDisk = 1, OfSnapshot = 2;
    private const int RowBytesMax = 86 + 3 * (2 + Limits.NameBytesMax) + DamageBytesMax + 2 + 8 * EpochPath.DetoursMax;

    private static ReadOnlySpan<byte> Magic => "SNPTABLE"u8;

    public byte[] Write(Guid poolId, ulong superblock)
    {
        var bytes = new byte[HeaderBytes + 2 + DamageBytesMax + (Disks.Count + Snapshots.Count) * RowBytesMax];
        var fields = new FieldWriter(bytes);
        fields.Bytes(Magic);
        fields.U32(Version);
        fields.Skip(4);
        fields.Id(poolId);
        fields.U64(superblock);
        fields.U32(NextDisk);
        fields.U32(NextSnapshot);
        fields.U32((uint)Disks.Count);
        fields.U32((uint)Snapshots.Count);
        fields.Text(Damage ?? "");
        foreach (var disk in Disks)
        {
            fields.U32(disk.Id);
            fields.U32(disk.Epoch);
            fields.U64((ulong)disk.LengthBytes);
            fields.U32(disk.Parent);
            fields.Entry(disk.Root);
            fields.KeyCheck(disk.KeyCheck);
            fields.Text(disk.Name);
            fields.Text(disk.Damage ?? "");
            WritePath(ref fields, disk.Path);
        }
        foreach (var snapshot in Snapshots)
        {
            fields.U32(snapshot.Id);
            fields.U32(snapshot.Epoch);
            fields.U64((ulong)snapshot.LengthBytes);
            fields.U32(snapshot.Disk);
            fields.U32(snapshot.Parent);
            fields.U32(snapshot.IsHidden ? 1u : 0);
            fields.Entry(snapshot.Root);
            fields.KeyCheck(snapshot.KeyCheck);
            fields.Text(snapshot.Name);
            fields.Text(snapshot.DiskName);
            fields.Text(snapshot.Damage ?? "");
            WritePath(ref fields, snapshot.Path);
        }
        foreach (var disk in Disks) WriteBase(ref fields, OfDisk, disk.Id, disk.Base);
        foreach (var snapshot in Snapshots) WriteBase(ref fields, OfSnapshot, snapshot.Id, snapshot.Base);
        return bytes[..fields.Position];
    }

    /// <summary>The same table with the places where the maps, in the order of the rows, are stored now.</summary>
    public PoolTable WithRoots(BlockMap[] disks, BlockMap[] snapshots) => this with
    {
        Disks = [.. Disks.Select((row, i) => row with { Root = disks[i].StoredRoot })],
        Snapshots = [.. Snapshots.Select((row, i) => row with { Root = snapshots[i].StoredRoot })],
    };

    /// <summary>Reads a table whose checksum has been compared.</summary>
    public static PoolTable Read(ReadOnlySpan<byte> bytes, Guid poolId, ulong superblock, string what)
    {
        var fields = new FieldReader(bytes, what);
        fields.Magic(Magic);
        fields.Version(fields.U32(), Version);
        fields.Zero(4);
        fields.Require(fields.Id() == poolId, "it belongs to another pool");
        fields.Require(fields.U64() == superblock, "it belongs to another superblock");
        var (nextDisk, nextSnapshot, diskCount, snapshotCount) = (fields.U32(), fields.U32(), fields.U32(), fields.U32());
        var poolDamage = ReadDamage(ref fields);
        var disks = new List<DiskRow>();
        for (var i = 0; i < diskCount; i++)
        {
            var (id, epoch, length, parent, root, key) = (fields.U32(), fields.U32(), (long)fields.U64(), fields.U32(), fields.Entry(), fields.KeyCheck());
            var (name, damage) = (fields.Text(Limits.NameBytesMax), ReadDamage(ref fields));
            RequireLength(fields, length);
            disks.Add(new(id, epoch, length, parent, root, key, name, damage, ReadPath(ref fields), BaseRow.None));
        }
        var snapshots = new List<SnapshotRow>();
        for (var i = 0; i < snapshotCount; i++)
        {
            var (id, epoch, length, disk, parent, hidden, root, key) = (fields.U32(), fields.U32(), (long)fields.U64(), fields.U32(), fields.U32(), fields.U32(), fields.Entry(), fields.KeyCheck());
            var (name, diskName) = (fields.Text(Limits.NameBytesMax), fields.Text(Limits.NameBytesMax));
            RequireLength(fields, length);
            snapshots.Add(new(id, epoch, length, disk, parent, hidden != 0, root, key, name, diskName, ReadDamage(ref fields), ReadPath(ref fields), BaseRow.None));
        }
        while (fields.Left > 0) ReadBase(ref fields, disks, snapshots);
        return new(nextDisk, nextSnapshot, disks, snapshots, poolDamage);
    }

    /// <summary>Cuts a text to what the table holds of it.</summary>
    public static string Cut(string reason)
    {
        while (Encoding.UTF8.GetByteCount(reason) > DamageBytesMax) reason = reason[..^1];
        return reason;
    }

    private static string? ReadDamage(ref FieldReader fields) => fields.Text(DamageBytesMax) is { Length: > 0 } damage ? damage : null;

    private static void WritePath(ref FieldWriter fields, EpochPath path)
    {
        fields.U16(path.Detours.Count);
        foreach (var detour in path.Detours)
        {
            fields.U32(detour.After);
            fields.U32(detour.UpTo);
        }
    }

    private static EpochPath ReadPath(ref FieldReader fields)
    {
        var count = fields.U16();
        fields.Require(count <= EpochPath.DetoursMax, "a path has too many detours");
        if (count == 0) return EpochPath.Straight;
        var detours = new Detour[count];
        for (var i = 0; i < count; i++) detours[i] = new(fields.U32(), fields.U32());
        return new(detours);
    }

    private static void WriteBase(ref FieldWriter fields, uint kind, uint id, BaseRow row)
    {
        if (row.LengthBytes == 0) return;
        fields.U32(kind);
        fields.U32(id);
        fields.U64((ulong)row.LengthBytes);
        fields.Text(row.Name);
    }

    private static void ReadBase(ref FieldReader fields, List<DiskRow> disks, List<SnapshotRow> snapshots)
    {
        var (kind, id, row) = (fields.U32(), fields.U32(), new BaseRow((long)fields.U64(), fields.Text(Limits.NameBytesMax)));
        RequireLength(fields, row.LengthBytes);
        fields.Require(row.Name.Length > 0, "a base has no name");
        var index = kind switch
        {
            OfDisk => disks.FindIndex(disk => disk.Id == id && disk.Base == BaseRow.None),
            OfSnapshot => snapshots.FindIndex(snapshot => snapshot.Id == id && snapshot.Base == BaseRow.None),
            _ => -1,
        };
        fields.Require(index >= 0, "it names the base of something that it does not hold");
        if (kind == OfDisk) disks[index] = disks[index] with { Base = row };
        else snapshots[index] = snapshots[index] with { Base = row };
    }

    private static void RequireLength(FieldReader fields, long lengthBytes) =>
        fields.Require(lengthBytes is > 0 and <= Limits.DiskBytesMax && lengthBytes % Limits.BlockBytes == 0, "a size is impossible");
}

internal readonly record struct DiskRow(uint Id, uint Epoch, long LengthBytes, uint Parent, MapEntry Root, UInt128 KeyCheck, string Name, string? Damage, EpochPath Path, BaseRow Base);

internal readonly record struct SnapshotRow(uint Id, uint Epoch, long LengthBytes, uint Disk, uint Parent, bool IsHidden, MapEntry Root, UInt128 KeyCheck, string Name, string DiskName, string? Damage, EpochPath Path, BaseRow Base);

/// <summary>A base by its size and name.</summary>
internal readonly record struct BaseRow(long LengthBytes, string Name)
{
    public static readonly BaseRow None = new(0, "");
}
