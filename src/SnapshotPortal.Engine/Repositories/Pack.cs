using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>What the records of a pack are.</summary>
internal enum PackKind : byte
{
    Chunks = 1,
    Pages = 2,
}

/// <summary>Where a record stands in its pack, and what it becomes.</summary>
internal readonly record struct PackEntry(ChunkId Id, int OffsetBytes, int StoredLength, int PlainLength, ChunkCodec Codec);

/// <summary>What a pack's end tells of it (docs/format-repository.md, Pack). Immutable.</summary>
/// <param name="ObjectName">The object.</param>
/// <param name="Kind">Chunks or pages.</param>
/// <param name="Owner">The snapshot that it was written for; empty for none.</param>
/// <param name="KeyId">The key of all its records; empty in the clear.</param>
/// <param name="LengthBytes">The object's size.</param>
/// <param name="Entries">Its records, in their order.</param>
internal sealed record Pack(string ObjectName, PackKind Kind, string Owner, Guid KeyId, long LengthBytes, PackEntry[] Entries)
{
    public const string ChunksPrefix = "packs/", PagesPrefix = "pages/";
    public const int HeaderBytes = 16, EntryBytes = 48, FooterBytes = 160, OwnerBytes = 64;
    public const int EntriesMax = 16384, ObjectBytesMax = 64 << 20;

    /// <summary>More than a chunk, for what encryption adds.</summary>
    public const int StoredLengthMax = Limits.ChunkBytes + 1024;

    private const int DigestOffset = 120, ProbeBytes = 64 * 1024;

    private static ReadOnlySpan<byte> HeadMagic => "SNAPPACK"u8;

    private static ReadOnlySpan<byte> TailMagic => "SNAPTAIL"u8;

    public static string NameOf(PackKind kind, ReadOnlySpan<byte> digest)
    {
        var hex = Convert.ToHexStringLower(digest);
        return $"{(kind == PackKind.Chunks ? ChunksPrefix : PagesPrefix)}{hex[..2]}/{hex}";
    }

    /// <summary>The SHA-256 of the whole object, as its name says.</summary>
    public ChunkId Digest => TryParse(ObjectName, out _, out var digest) ? digest : throw new InvalidOperationException($"'{ObjectName}' names no pack.");

    /// <summary>What the name of a pack says; false where it is none.</summary>
    public static bool TryParse(string objectName, out PackKind kind, out ChunkId digest)
    {
        (kind, digest) = (objectName.StartsWith(ChunksPrefix, StringComparison.Ordinal) ? PackKind.Chunks : PackKind.Pages, default);
        var hex = objectName.AsSpan(objectName.LastIndexOf('/') + 1);
        return hex.Length == 2 * ChunkId.Length
            && Convert.FromHexString(hex, digest, out _, out _) == System.Buffers.OperationStatus.Done
            && objectName == NameOf(kind, digest);
    }

    public static void WriteHeader(Span<byte> header, Guid keyId)
    {
        var writer = new FormatWriter(header);
        writer.Bytes(HeadMagic);
        writer.Version(keyId != Guid.Empty);
        writer.Reserved(4);
    }

    /// <summary>Writes index and footer behind the records.</summary>
    public static void WriteTail(Span<byte> tail, PackKind kind, string owner, Guid keyId, Guid repositoryId, int indexOffset, IReadOnlyList<PackEntry> entries)
    {
        var writer = new FormatWriter(tail);
        foreach (var entry in entries)
        {
            writer.Id(entry.Id);
            writer.UInt32(entry.OffsetBytes);
            writer.UInt32(entry.StoredLength);
            writer.UInt32(entry.PlainLength);
            writer.Byte((byte)entry.Codec);
            writer.Reserved(3);
        }
        writer.UInt32(entries.Count);
        writer.UInt32(indexOffset);
        writer.Int64(indexOffset + tail.Length);
        writer.Guid(repositoryId);
        var ownerField = writer.Take(OwnerBytes);
        ownerField.Clear();
        Encoding.ASCII.GetBytes(owner, ownerField);
        writer.Byte((byte)kind);
        writer.Reserved(3);
        writer.Version(keyId != Guid.Empty);
        writer.Guid(keyId);
        writer.Bytes(SHA256.HashData(writer.Written));
        writer.Bytes(TailMagic);
    }

    /// <summary>Reads a pack's end: one read where the index is of a usual size, two otherwise.</summary>
    public static async Task<Pack> LoadAsync(IObjectStore store, StoredObject found, Guid repositoryId, CancellationToken cancel)
    {
        if (found.LengthBytes is < HeaderBytes + 1 + EntryBytes + FooterBytes or > ObjectBytesMax) throw FormatReader.Damaged(found.Name, $"it has {found.LengthBytes} bytes");
        var tail = new byte[Math.Min(found.LengthBytes, ProbeBytes)];
        await store.GetRangeAsync(found.Name, found.LengthBytes - tail.Length, tail, cancel);
        var tailBytes = TailBytes(found, tail.AsSpan(^FooterBytes..));
        if (tailBytes > tail.Length)
        {
            tail = new byte[tailBytes];
            await store.GetRangeAsync(found.Name, found.LengthBytes - tailBytes, tail, cancel);
        }
        return Decode(found, repositoryId, tail.AsSpan(^tailBytes..));
    }

    /// <summary>Index and footer at the end of a whole pack.</summary>
    public static ReadOnlySpan<byte> TailOf(ReadOnlySpan<byte> content) =>
        content[^(int)Math.Min(content.Length, BinaryPrimitives.ReadUInt32LittleEndian(content[^FooterBytes..]) * (long)EntryBytes + FooterBytes)..];

    /// <summary>Reads index and footer, checking everything in them against the object's real size.</summary>
    public static Pack Decode(StoredObject found, Guid repositoryId, ReadOnlySpan<byte> tail)
    {
        if (tail.Length < FooterBytes || TailBytes(found, tail[^FooterBytes..]) != tail.Length) throw FormatReader.Damaged(found.Name, "its footer does not describe its index");
        var footer = tail[^FooterBytes..];
        var index = tail[..^FooterBytes];
        var reader = new FormatReader(found.Name, footer);
        var digest = footer.Slice(DigestOffset, SHA256.HashSizeInBytes);
        reader.Require(SHA256.HashData(tail[..^(FooterBytes - DigestOffset)]).AsSpan().SequenceEqual(digest), "the checksum of its index is wrong");
        var count = (int)reader.UInt32();
        reader.Take(12);
        reader.Require(reader.Guid() == repositoryId, "it belongs to another repository");
        var owner = Owned(reader.Take(OwnerBytes), ref reader);
        var kind = (PackKind)reader.Byte();
        var prefix = kind switch { PackKind.Chunks => ChunksPrefix, PackKind.Pages => PagesPrefix, _ => null };
        reader.Require(prefix is not null && found.Name.StartsWith(prefix, StringComparison.Ordinal), "it holds another kind of records than its name says");
        reader.Reserved(3);
        var isEncrypted = reader.VersionAndEncryption();
        var keyId = reader.Guid();
        reader.Require(isEncrypted == (keyId != Guid.Empty), "its flags and its key contradict each other");
        return new Pack(found.Name, kind, owner, keyId, found.LengthBytes, Entries: DecodeEntries(found.Name, kind, index, count, (int)(found.LengthBytes - tail.Length)));
    }

    // Before the checksum can be checked, its extent must be known; nothing is allocated by more than the bounds allow.
    private static int TailBytes(StoredObject found, ReadOnlySpan<byte> footer)
    {
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(footer), indexOffset = BinaryPrimitives.ReadUInt32LittleEndian(footer[4..]);
        var length = BinaryPrimitives.ReadInt64LittleEndian(footer[8..]);
        if (!footer[^8..].SequenceEqual(TailMagic) || count is 0 or > EntriesMax || length != found.LengthBytes || indexOffset + count * (long)EntryBytes + FooterBytes != length)
            throw FormatReader.Damaged(found.Name, "its footer is wrong");
        return (int)count * EntryBytes + FooterBytes;
    }

    private static string Owned(ReadOnlySpan<byte> field, ref FormatReader reader)
    {
        var owner = field.TrimEnd((byte)0);
        reader.Require(Ascii.IsValid(owner) && owner.IndexOf((byte)0) < 0, "its owner is no snapshot id");
        return Encoding.ASCII.GetString(owner);
    }

    private static PackEntry[] DecodeEntries(string objectName, PackKind kind, ReadOnlySpan<byte> index, int count, int indexOffset)
    {
        var reader = new FormatReader(objectName, index);
        var entries = new PackEntry[count];
        long next = HeaderBytes;
        foreach (ref var entry in entries.AsSpan())
        {
            var id = reader.Id();
            uint offset = reader.UInt32(), stored = reader.UInt32(), plain = reader.UInt32();
            var codec = reader.Byte();
            reader.Reserved(3);
            reader.Require(offset == next && stored is > 0 and <= StoredLengthMax && codec <= (byte)ChunkCodec.Brotli && !id.IsNone, "an entry of its index is impossible");
            reader.Require(kind == PackKind.Chunks ? plain == Limits.ChunkBytes : plain is >= ManifestPage.HeaderBytes and <= ManifestPage.BytesMax, "a record has an impossible size");
            entry = new PackEntry(id, (int)offset, (int)stored, (int)plain, (ChunkCodec)codec);
            next += stored;
        }
        reader.Require(next == indexOffset, "its records do not fill it");
        return entries;
    }
}
