namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>The header of a batch.</summary>
internal sealed class StoredBatch
{
    private readonly List<(Place Place, uint Crc)> data = [];

    private StoredBatch(Fields fields, Place place, StoredSegments segments)
    {
        fields.Head("SNPBATCH", segments.PoolId);
        (Sequence, DurableSequence) = (fields.U64(), fields.U64());
        fields.Require(fields.U32() == place.Segment && fields.U32() == place.Block, "stands at another place than it says");
        Life = fields.U32();
        var (headers, blocks, recordBytes) = (fields.U16(), fields.U16(), fields.U32());
        fields.Require(blocks <= 1024, $"has {blocks} blocks of data");
        fields.Zero(12);
        (Place, NextBlock) = (place, place.Block + headers + blocks);
        fields.Require(NextBlock <= segments.BlocksMax, "does not end within its segment");
        fields.Require(recordBytes <= fields.Left, $"has {recordBytes} bytes of records");
        var before = fields.Left;
        while (before - fields.Left < recordBytes) Records.Add(StoredRecord.Read(fields, this, place.Block + headers));
        fields.Require(before - fields.Left == recordBytes && data.Count == blocks, "has other records than it says");
        fields.ZeroToEnd();
    }

    public Place Place { get; }

    public uint NextBlock { get; }

    public ulong Sequence { get; }

    public ulong DurableSequence { get; }

    public uint Life { get; }

    public List<StoredRecord> Records { get; } = [];

    /// <summary>The batch at a place, whether or not its data is good; null where there is none.</summary>
    public static StoredBatch? Find(StoredSegments segments, Place place)
    {
        try
        {
            return Headers(segments, place) is { } headers ? new(new(headers, $"The batch at {place}"), place, segments) : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    public bool IsDataGood(StoredSegments segments) => data.TrueForAll(block => segments.IsGood(block.Place, block.Crc));

    /// <summary>The next block of data goes to a record.</summary>
    internal Place TakeData(uint firstBlock, uint crc)
    {
        var place = new Place(Place.Segment, firstBlock + (uint)data.Count);
        data.Add((place, crc));
        return place;
    }

    private static ReadOnlyMemory<byte>? Headers(StoredSegments segments, Place place)
    {
        if (segments.Find(place) is not { } first || !first.Span.StartsWith("SNPBATCH"u8)) return null;
        var count = first.Span[60] | first.Span[61] << 8;
        if (count is < 1 or > 8) return null;
        var headers = new byte[count * Fields.BlockBytes];
        for (var i = 0; i < count; i++)
        {
            if (segments.Find(place with { Block = place.Block + (uint)i }) is not { } block) return null;
            block.CopyTo(headers.AsMemory(i * Fields.BlockBytes));
        }

        return headers;
    }
}
