namespace SnapshotPortal.Engine.Repositories;

/// <summary>Some chunks on their way through an upload, and perhaps a run of zeroes behind them. One stage has it at a time.</summary>
internal sealed class ChunkBatch
{
    /// <summary>Enough for a read to be worth its call, few enough for many batches to be under way.</summary>
    public const int ChunksMax = 16;

    /// <summary>The memory that a batch takes.</summary>
    public const int MemoryBytes = ChunksMax * (Limits.ChunkBytes + RecordBytes);

    private const int RecordBytes = Limits.ChunkBytes + RecordCoding.OverheadBytes;

    private readonly byte[] plain = new byte[ChunksMax * Limits.ChunkBytes], records = new byte[ChunksMax * RecordBytes];
    private readonly long[] chunks = new long[ChunksMax];
    private readonly ChunkId[] ids = new ChunkId[ChunksMax];
    private readonly (ChunkCodec Codec, int StoredLength)[] stored = new (ChunkCodec, int)[ChunksMax];

    public int Count { get; private set; }

    public bool IsFull => Count == ChunksMax;

    /// <summary>What is known to be zeroes behind the chunks; of length 0 for nothing.</summary>
    public ChunkRun Zeroes { get; set; }

    /// <summary>The bytes of the disk that the chunks hold.</summary>
    public long ReadBytes { get; private set; }

    public long Chunk(int i) => chunks[i];

    public ChunkId Id(int i) => ids[i];

    /// <summary>Reads a run of chunks, as many as there is room for. Returns how many.</summary>
    public int Read(IBlockDevice source, long first, long count)
    {
        var taken = (int)Math.Min(count, ChunksMax - Count);
        long offset = first * Limits.ChunkBytes, length = Math.Min((long)taken * Limits.ChunkBytes, source.LengthBytes - offset);
        var room = plain.AsSpan(Count * Limits.ChunkBytes, taken * Limits.ChunkBytes);
        source.Read(offset, room[..(int)length]);
        room[(int)length..].Clear();
        for (var i = 0; i < taken; i++) chunks[Count++] = first + i;
        ReadBytes += length;
        return taken;
    }

    /// <summary>Names each chunk by its content, and compresses those that are not known.</summary>
    public void Digest(PackStore packs, RecordCoding coding, int compressionLevel)
    {
        for (var i = 0; i < Count; i++)
        {
            var content = Plain(i);
            ids[i] = content.IndexOfAnyExcept((byte)0) < 0 ? default : coding.IdOf(content);
            stored[i] = default;
            if (!ids[i].IsNone && packs.Find(ids[i]) is null) stored[i] = Encode(i, coding, compressionLevel);
        }
    }

    /// <summary>A chunk as it is to be stored.</summary>
    public (ChunkCodec Codec, ReadOnlyMemory<byte> Bytes) Stored(int i, RecordCoding coding, int compressionLevel)
    {
        // It was known when it was digested, and swept since.
        if (stored[i].StoredLength == 0) stored[i] = Encode(i, coding, compressionLevel);
        var (codec, length) = stored[i];
        return (codec, records.AsMemory(i * RecordBytes, length));
    }

    public void Clear() => (Count, Zeroes, ReadBytes) = (0, default, 0);

    private (ChunkCodec, int) Encode(int i, RecordCoding coding, int compressionLevel) =>
        coding.Encode(PackKind.Chunks, ids[i], Plain(i), records.AsSpan(i * RecordBytes, RecordBytes), compressionLevel);

    private Span<byte> Plain(int i) => plain.AsSpan(i * Limits.ChunkBytes, Limits.ChunkBytes);
}
