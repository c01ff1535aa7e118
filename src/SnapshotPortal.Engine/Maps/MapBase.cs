namespace SnapshotPortal.Engine.Maps;

/// <summary>
/// What reads where the maps of some disks and snapshots are absent: a stored snapshot, known to the pool by name and size. Its
/// content is handed in after every opening. Thread-safe.
/// </summary>
internal sealed class MapBase(string name, long lengthBytes)
{
    private IBlockDevice? content;

    public string Name => name;

    public long LengthBytes => lengthBytes;

    /// <summary>The content, or null until it is handed in.</summary>
    public IBlockDevice? Content => Volatile.Read(ref content);

    /// <summary>Whether it holds a block; behind its end there are zeroes.</summary>
    public bool Holds(long lba) => lba * Limits.BlockBytes < lengthBytes;

    public void HandIn(IBlockDevice device)
    {
        if (device.LengthBytes != lengthBytes)
            throw new ArgumentException($"The base '{name}' has {lengthBytes} bytes, but what was handed in has {device.LengthBytes}.", nameof(device));
        Volatile.Write(ref content, device);
    }

    /// <summary>Reads whole blocks. May wait for a store: never called by the log's leader.</summary>
    public void Read(long lba, Span<byte> blocks)
    {
        var offsetBytes = lba * Limits.BlockBytes;
        var held = blocks[..(int)Math.Clamp(lengthBytes - offsetBytes, 0, blocks.Length)];
        if (!held.IsEmpty) RequireContent().Read(offsetBytes, held);
        blocks[held.Length..].Clear();
    }

    public IBlockDevice RequireContent() => Content
        ?? throw new EngineException(EngineFault.StoreUnavailable, $"The snapshot '{name}', which holds what is not copied to the disk yet, is not at hand. Start the portal again, or make its repository available.");
}
