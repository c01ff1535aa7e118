namespace SnapshotPortal.Engine.Repositories;

/// <summary>A page of a snapshot's manifest with all its references (docs/format-repository.md, Manifest page). Immutable.</summary>
/// <param name="Level">0: references are chunks; 1, 2: pages one level below.</param>
/// <param name="Chunks">How many chunks are present below.</param>
/// <param name="Base">The page that this one is stored as a difference to; null where it stands alone.</param>
/// <param name="BaseId">That page's id, or none.</param>
/// <param name="Ids">The references, <see cref="References"/> of them.</param>
internal sealed record ManifestPage(int Level, long Chunks, ManifestPage? Base, ChunkId BaseId, ChunkId[] Ids)
{
    public const int References = 1024, Levels = 3, StatedMax = 256;
    public const int HeaderBytes = 304, BytesMax = HeaderBytes + References * ChunkId.Length;

    private const int BitmapBytes = References / 8;

    private static ReadOnlySpan<byte> Magic => "PAGE"u8;

    /// <summary>How many chunks a reference of a page of that level covers.</summary>
    public static long Span(int level) => 1L << (10 * level);

    /// <summary>
    /// The page's bytes: as a difference to the base where little differs. A base never has a base, so that reading a page
    /// takes at most two.
    /// </summary>
    public static byte[] Encode(int level, long chunks, ChunkId[] ids, ManifestPage? candidate, ChunkId candidateId)
    {
        var present = ids.Count(id => !id.IsNone);
        var differing = candidate is null ? References : Enumerable.Range(0, References).Count(k => ids[k] != candidate.Ids[k]);
        var isDifference = differing <= StatedMax && differing * 2 <= present;
        return new ManifestPage(level, chunks, isDifference ? candidate : null, isDifference ? candidateId : default, ids).Encode();
    }

    /// <summary>The base's id as it stands in the bytes of a page.</summary>
    public static ChunkId BaseOf(ReadOnlySpan<byte> bytes) => new(bytes.Slice(16, ChunkId.Length));

    /// <summary>Reads a page's bytes, whose id was checked; <paramref name="objectName"/> is named where they are no page.</summary>
    public static ManifestPage Decode(string objectName, int level, ManifestPage? basePage, ReadOnlySpan<byte> bytes)
    {
        var reader = new FormatReader(objectName, bytes);
        reader.Magic(Magic);
        reader.Require(reader.Byte() == level, "a manifest page has another level than its place");
        reader.Reserved(3);
        var chunks = reader.Int64();
        reader.Require(chunks > 0 && chunks <= Span(level + 1), "a manifest page counts an impossible number of chunks");
        var baseId = reader.Id();
        reader.Require(baseId.IsNone == basePage is null && basePage?.Base is null && (basePage is null || basePage.Level == level), "a manifest page has an impossible base");
        ReadOnlySpan<byte> stated = reader.Take(BitmapBytes), present = reader.Take(BitmapBytes);
        var statedCount = 0;
        var ids = basePage is null ? new ChunkId[References] : [.. basePage.Ids];
        for (var k = 0; k < References; k++)
        {
            var isPresent = Bit(present, k);
            reader.Require(!isPresent || Bit(stated, k), "a manifest page has a reference that it does not state");
            if (!Bit(stated, k)) continue;
            statedCount++;
            reader.Require(isPresent || basePage is not null, "a manifest page states an absent reference without need");
            ids[k] = isPresent ? reader.Id() : default;
            reader.Require(isPresent != ids[k].IsNone, "a manifest page refers to nothing");
        }
        reader.Require(reader.RestBytes == 0 && statedCount > 0 && (basePage is null || statedCount <= StatedMax), "a manifest page has an impossible number of references");
        reader.Require(level > 0 || ids.Count(id => !id.IsNone) == chunks, "a manifest page miscounts its chunks");
        return new ManifestPage(level, chunks, basePage, baseId, ids);
    }

    private byte[] Encode()
    {
        byte[] stated = new byte[BitmapBytes], present = new byte[BitmapBytes];
        var count = 0;
        for (var k = 0; k < References; k++)
        {
            var isPresent = !Ids[k].IsNone;
            if (Base is null ? !isPresent : Ids[k] == Base.Ids[k]) continue;
            stated[k / 8] |= (byte)(1 << (k % 8));
            if (!isPresent) continue;
            present[k / 8] |= (byte)(1 << (k % 8));
            count++;
        }
        var bytes = new byte[HeaderBytes + count * ChunkId.Length];
        var writer = new FormatWriter(bytes);
        writer.Bytes(Magic);
        writer.Byte((byte)Level);
        writer.Reserved(3);
        writer.Int64(Chunks);
        writer.Id(BaseId);
        writer.Bytes(stated);
        writer.Bytes(present);
        for (var k = 0; k < References; k++)
        {
            if (Bit(present, k)) writer.Id(Ids[k]);
        }
        return bytes;
    }

    private static bool Bit(ReadOnlySpan<byte> bitmap, int k) => (bitmap[k / 8] >> (k % 8) & 1) != 0;
}
