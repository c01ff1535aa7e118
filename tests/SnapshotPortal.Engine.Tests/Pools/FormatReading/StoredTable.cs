namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>The table of disks and snapshots.</summary>
internal sealed class StoredTable
{
    public StoredTable(byte[] bytes, StoredSuperblock superblock, StoredMaps maps)
    {
        var fields = new Fields(bytes, "The table");
        fields.MagicAndVersion("SNPTABLE");
        fields.Zero(4);
        fields.PoolId(superblock.PoolId);
        fields.Require(fields.U64() == superblock.Number, "belongs to another superblock");
        var (nextDisk, nextSnapshot, disks, snapshots) = (fields.U32(), fields.U32(), fields.U32(), fields.U32());
        Damage = fields.Remark();
        for (var i = 0; i < disks; i++) Add(Disks, Disk(fields, maps), nextDisk);
        for (var i = 0; i < snapshots; i++) Add(Snapshots, Snapshot(fields, maps), nextSnapshot);
        while (fields.Left > 0) ReadBase(fields);
        foreach (var version in Disks.Values.Concat(Snapshots.Values))
            fields.Require(version.ParentId == 0 || Snapshots.ContainsKey(version.ParentId), $"has no parent of {version.Name}");

        void Add(SortedDictionary<uint, StoredVersion> to, StoredVersion version, uint next)
        {
            fields.Require(version.Id < next && version.Id > to.Keys.LastOrDefault(), $"has id {version.Id} at the wrong place");
            to.Add(version.Id, version);
        }
    }

    public string? Damage { get; }

    public SortedDictionary<uint, StoredVersion> Disks { get; } = [];

    public SortedDictionary<uint, StoredVersion> Snapshots { get; } = [];

    private void ReadBase(Fields fields)
    {
        var (kind, id, lengthBytes, name) = (fields.U32(), fields.U32(), (long)fields.U64(), fields.Name());
        fields.Require(kind is 1 or 2 && lengthBytes > 0, $"has a base of kind {kind}");
        var versions = kind == 1 ? Disks : Snapshots;
        fields.Require(versions.TryGetValue(id, out var version) && version.Base is null, $"has a base of {id}, which is not there");
        versions[id] = version! with { Base = (name, lengthBytes) };
    }

    private static StoredVersion Disk(Fields fields, StoredMaps maps)
    {
        var (id, epoch, lengthBytes, parent) = (fields.U32(), fields.U32(), (long)fields.U64(), fields.U32());
        fields.Require(epoch > 0, "has a disk in epoch 0");
        var map = maps.Read(fields, lengthBytes, epoch);
        return new()
        {
            Id = id,
            Epoch = epoch,
            LengthBytes = lengthBytes,
            ParentId = parent,
            Blocks = map.Blocks,
            Zeroed = map.Zeroed,
            Cipher = Cipher(fields),
            KeyCheck = fields.Bytes(16).ToArray(),
            Name = fields.Name(),
            Damage = fields.Remark(),
            Detours = Detours(fields),
        };
    }

    private static StoredVersion Snapshot(Fields fields, StoredMaps maps)
    {
        var (id, epoch, lengthBytes) = (fields.U32(), fields.U32(), (long)fields.U64());
        var (disk, parent, hidden) = (fields.U32(), fields.U32(), fields.U32());
        fields.Require(parent < id && hidden <= 1, $"has a snapshot {id} of parent {parent} with {hidden}");
        var map = maps.Read(fields, lengthBytes, epoch);
        return new()
        {
            Id = id,
            Epoch = epoch,
            LengthBytes = lengthBytes,
            ParentId = parent,
            IsHidden = hidden == 1,
            Blocks = map.Blocks,
            Zeroed = map.Zeroed,
            Cipher = Cipher(fields),
            KeyCheck = fields.Bytes(16).ToArray(),
            Name = fields.Name(),
            Disk = (disk, fields.Name()),
            Damage = fields.Remark(),
            Detours = Detours(fields),
        };
    }

    private static uint Cipher(Fields fields)
    {
        var cipher = fields.U32();
        fields.Require(cipher <= 1, $"has cipher {cipher}");
        return cipher;
    }

    private static List<(uint After, uint UpTo)> Detours(Fields fields)
    {
        var count = fields.U16();
        fields.Require(count <= 64, $"has {count} detours");
        var detours = new List<(uint, uint)>();
        for (var i = 0; i < count; i++) detours.Add((fields.U32(), fields.U32()));
        return detours;
    }
}
