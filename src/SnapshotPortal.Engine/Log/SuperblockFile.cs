using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Engine.Log;

/// <summary>The superblock's two slots and the tables that belong to them: what opening begins with and a checkpoint ends with.</summary>
internal sealed class SuperblockFile(IFileSystem files, string directory)
{
    private const string Name = "superblock";
    private const int TableBytesMax = 1 << 30;

    private string PathOf(string name) => $"{directory}/{name}";

    public bool Exists => files.Exists(PathOf(Name));

    /// <summary>Makes a new pool: the file gets its name last.</summary>
    public Superblock Create(Guid poolId, long segmentBytes)
    {
        var temporary = PathOf(Name + ".new");
        files.Delete(temporary);
        var table = WriteTable(new(1, 1, [], [], Damage: null), poolId, 1);
        var superblock = new Superblock(poolId, 1, segmentBytes, new(1, 0, 0), Life: 0, table.Crc, table.Bytes, SegmentsUsed: 0, Durable: 0);
        using (var file = files.Create(temporary))
        {
            file.SetLength(2 * Limits.BlockBytes);
            WriteSlot(file, superblock);
        }
        if (!Mutant.SuperblockNamedEarly) files.SyncDirectory(directory);
        files.Rename(temporary, PathOf(Name));
        files.SyncDirectory(directory);
        return superblock;
    }

    /// <summary>The newest superblock that counts, with its table.</summary>
    public (Superblock Superblock, PoolTable Table) Read()
    {
        using var file = files.Open(PathOf(Name));
        var slots = new List<Superblock>();
        EngineException? problem = null;
        Span<byte> block = stackalloc byte[Limits.BlockBytes];
        for (var slot = 0; slot < 2; slot++)
        {
            try
            {
                if (file.Read(slot * Limits.BlockBytes, block) < block.Length || !block.ContainsAnyExcept((byte)0)) continue;
                var superblock = Superblock.Read(block, $"Slot {slot} of '{PathOf(Name)}'");
                WriteSlot(file, superblock); // The page cache may hold what no sync has stored (see Recovery).
                slots.Add(superblock);
            }
            catch (EngineException e) when (e.Fault == EngineFault.Corrupt) { problem = e; }
        }
        foreach (var superblock in slots.OrderByDescending(superblock => superblock.Number))
        {
            try { return (superblock, ReadTable(superblock)); }
            catch (EngineException e) when (e.Fault is EngineFault.Corrupt or EngineFault.Missing) { problem = e; }
        }
        throw new EngineException(EngineFault.Corrupt, $"The pool in '{directory}' cannot be opened: {problem?.Message ?? "its superblock is empty."} Restore the directory from a backup.", problem);
    }

    /// <summary>Publishes a checkpoint: its table, then its slot; then drops the tables and the liveness that belong to no slot any more.</summary>
    public Superblock Write(Superblock previous, PoolTable content, LogPosition replay, uint life, uint segmentsUsed, ulong durable)
    {
        var number = previous.Number + 1;
        var table = WriteTable(content, previous.PoolId, number);
        if (!Mutant.TableNotInDirectory) files.SyncDirectory(directory);
        var superblock = previous with { Number = number, Replay = replay, Life = life, TableCrc = table.Crc, TableBytes = table.Bytes, SegmentsUsed = segmentsUsed, Durable = durable };
        using (var file = files.Open(PathOf(Name))) WriteSlot(file, superblock);
        foreach (var name in files.List(directory))
            if (name.StartsWith("table-", StringComparison.Ordinal) && name != superblock.TableName && name != previous.TableName) files.Delete(PathOf(name));
        LivenessFile.DropAll(files, directory);
        return superblock;
    }

    private static void WriteSlot(IFile file, Superblock superblock)
    {
        Span<byte> block = stackalloc byte[Limits.BlockBytes];
        superblock.Write(block);
        file.Write(superblock.SlotOffsetBytes, block);
        if (!Mutant.SuperblockNotSynced) file.Sync();
    }

    private (uint Crc, long Bytes) WriteTable(PoolTable table, Guid poolId, ulong number)
    {
        var bytes = table.Write(poolId, number);
        var path = PathOf($"table-{number:x16}");
        files.Delete(path);
        using var file = files.Create(path);
        file.Write(0, bytes);
        if (!Mutant.TableNotSynced) file.Sync();
        return (Crc32C.Of(bytes), bytes.Length);
    }

    private PoolTable ReadTable(Superblock superblock)
    {
        var path = PathOf(superblock.TableName);
        using var file = files.Open(path);
        var what = $"'{path}'";
        if (file.LengthBytes != superblock.TableBytes || superblock.TableBytes > TableBytesMax) throw new EngineException(EngineFault.Corrupt, $"{what} is damaged: it has not the size that the superblock states.");
        var bytes = new byte[superblock.TableBytes];
        if (file.Read(0, bytes) < bytes.Length || Crc32C.Of(bytes) != superblock.TableCrc) throw new EngineException(EngineFault.Corrupt, $"{what} is damaged: its checksum does not match.");
        return PoolTable.Read(bytes, superblock.PoolId, superblock.Number, what);
    }
}
