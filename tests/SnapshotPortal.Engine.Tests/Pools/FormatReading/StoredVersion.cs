namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>A disk or a snapshot: what the table and the log say of it.</summary>
internal sealed record StoredVersion
{
    public required uint Id { get; init; }

    /// <summary>Of a disk the epoch that it writes in, of a snapshot the one that it closed.</summary>
    public required uint Epoch { get; init; }

    public required long LengthBytes { get; init; }

    public required uint ParentId { get; init; }

    public required uint Cipher { get; init; }

    public required byte[] KeyCheck { get; init; }

    public required string Name { get; init; }

    /// <summary>The disk of a snapshot; null for a disk.</summary>
    public (uint Id, string Name)? Disk { get; init; }

    public bool IsHidden { get; init; }

    public string? Damage { get; init; }

    public IReadOnlyList<(uint After, uint UpTo)> Detours { get; init; } = [];

    /// <summary>What it reads from where nothing is written, by name and size; null: zeroes.</summary>
    public (string Name, long LengthBytes)? Base { get; init; }

    /// <summary>What reads as zeroes and not from the base, unless it is in <see cref="Blocks"/>.</summary>
    public IReadOnlyList<(long FirstLba, long Count)> Zeroed { get; init; } = [];

    /// <summary>The blocks that hold data, by lba.</summary>
    public required Dictionary<long, StoredBlock> Blocks { get; init; }

    /// <summary>Whether nothing was ever written at a block.</summary>
    public bool IsAbsent(long lba) => !Blocks.ContainsKey(lba) && !Zeroed.Any(range => lba >= range.FirstLba && lba - range.FirstLba < range.Count);
}

/// <summary>A block of a disk in the log.</summary>
internal readonly record struct StoredBlock(Place Place, uint Crc, uint Birth);

/// <summary>A block of a segment.</summary>
internal readonly record struct Place(uint Segment, uint Block);
