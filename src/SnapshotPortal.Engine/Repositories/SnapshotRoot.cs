using System.Security.Cryptography;
using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>The one object whose presence makes a snapshot exist (docs/format-repository.md, Snapshot root).</summary>
internal sealed record SnapshotRoot(StoredSnapshotInfo Info, ChunkId TopPage)
{
    // Of a root that was read under a key: the bytes before its MAC, and the MAC.
    private byte[] proven = [], mac = [];

    public const string Prefix = "snapshots/";

    private const int BytesMax = 65536, HeaderBytes = 128, DigestBytes = 32, MacBytes = 32;
    private const int IdBytesMax = 64, LabelsMax = 64, KeyBytesMax = 128, ValueBytesMax = 512;

    private static ReadOnlySpan<byte> Magic => "SNAPROOT"u8;

    public static string ObjectName(string snapshotId) => Prefix + snapshotId;

    /// <summary>Throws an <see cref="ArgumentException"/> unless a snapshot can have that id.</summary>
    public static void CheckId(string snapshotId)
    {
        ArgumentNullException.ThrowIfNull(snapshotId);
        if (snapshotId.Length > IdBytesMax || !ObjectNames.IsPart(snapshotId))
            throw new ArgumentException($"'{snapshotId}' is no snapshot id: 1–{IdBytesMax} characters of a–z 0–9 . _ -, other than '.' and '..'.", nameof(snapshotId));
    }

    /// <summary>Throws an <see cref="ArgumentException"/> unless a root can hold what the upload says.</summary>
    public static void Check(SnapshotUpload upload)
    {
        CheckId(upload.SnapshotId);
        if (upload.PredecessorId is not null) CheckId(upload.PredecessorId);
        if (!Fits(upload.DiskId, 1, IdBytesMax)) throw new ArgumentException($"A disk id has 1–{IdBytesMax} bytes of UTF-8.", nameof(upload));
        if (upload.Labels.Count > LabelsMax || !upload.Labels.All(l => Fits(l.Key, 1, KeyBytesMax) && Fits(l.Value, 0, ValueBytesMax)))
            throw new ArgumentException($"A snapshot has at most {LabelsMax} labels, with keys of 1–{KeyBytesMax} and values of at most {ValueBytesMax} bytes of UTF-8.", nameof(upload));
        if (upload.Source.LengthBytes is <= 0 or > Limits.DiskBytesMax || upload.Source.LengthBytes % Limits.BlockBytes != 0)
            throw new ArgumentException($"A disk's size is a multiple of {Limits.BlockBytes} bytes up to {Limits.DiskBytesMax}.", nameof(upload));
    }

    /// <summary>The key's id; empty in the clear.</summary>
    public Guid KeyId => Info.KeyId ?? Guid.Empty;

    /// <summary>The object's size; it does not depend on the numbers in it.</summary>
    public static int EncodedBytes(StoredSnapshotInfo info) =>
        HeaderBytes + Texts(info).Sum(text => 2 + FormatReader.Strict.GetByteCount(text)) + (info.KeyId is null ? 0 : MacBytes) + DigestBytes;

    /// <summary>The object; <paramref name="coding"/> is that of the root's key and authenticates it.</summary>
    public byte[] Encode(Guid repositoryId, RecordCoding coding)
    {
        var bytes = new byte[EncodedBytes(Info)];
        var writer = new FormatWriter(bytes);
        writer.Bytes(Magic);
        writer.Version(Info.KeyId is not null);
        writer.UInt32(bytes.Length);
        writer.Guid(repositoryId);
        writer.Int64(Info.CreatedAt.ToUnixTimeMilliseconds());
        writer.Int64(Info.LengthBytes);
        writer.Int64(Info.ReadBytes);
        writer.Int64(Info.StoredBytes);
        writer.Int64(Info.FullBytes);
        writer.Id(TopPage);
        writer.UInt16(Info.Labels.Count);
        writer.Guid(KeyId);
        writer.Reserved(6);
        foreach (var text in Texts(Info)) writer.Text(text);
        writer.Bytes(coding.MacOf(writer.Written));
        writer.Bytes(SHA256.HashData(writer.Written));
        return bytes;
    }

    public static SnapshotRoot Decode(string objectName, Guid repositoryId, ReadOnlySpan<byte> bytes)
    {
        var reader = new FormatReader(objectName, bytes);
        reader.Require(bytes.Length is >= HeaderBytes + DigestBytes and <= BytesMax, $"it has {bytes.Length} bytes");
        reader.Magic(Magic);
        var isEncrypted = reader.VersionAndEncryption();
        reader.Require(reader.UInt32() == bytes.Length, "its size is not the one in it");
        reader.Require(SHA256.HashData(bytes[..^DigestBytes]).AsSpan().SequenceEqual(bytes[^DigestBytes..]), "its checksum is wrong");
        reader.Require(reader.Guid() == repositoryId, "it belongs to another repository");
        var createdAt = Time(ref reader);
        long length = reader.Int64(), read = reader.Int64(), stored = reader.Int64(), full = reader.Int64();
        reader.Require(length is > 0 and <= Limits.DiskBytesMax && length % Limits.BlockBytes == 0, "the disk's size is impossible");
        reader.Require(read >= 0 && stored >= 0 && full >= 0, "a number in it is negative");
        var topPage = reader.Id();
        int labelCount = reader.UInt16();
        reader.Require(labelCount <= LabelsMax, "it has too many labels");
        var keyId = reader.Guid();
        reader.Require(isEncrypted == (keyId != Guid.Empty), "its flags and its key contradict each other");
        reader.Reserved(6);
        string snapshotId = reader.Text(1, IdBytesMax), diskId = reader.Text(1, IdBytesMax), predecessorId = reader.Text(0, IdBytesMax);
        reader.Require(objectName == ObjectName(snapshotId), $"it is that of snapshot '{snapshotId}'");
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < labelCount; i++) reader.Require(labels.TryAdd(reader.Text(1, KeyBytesMax), reader.Text(0, ValueBytesMax)), "a label appears twice");
        reader.Require(reader.RestBytes == DigestBytes + (isEncrypted ? MacBytes : 0), "it has more bytes than fields");

        var info = new StoredSnapshotInfo
        {
            SnapshotId = snapshotId,
            DiskId = diskId,
            LengthBytes = length,
            PredecessorId = predecessorId.Length == 0 ? null : predecessorId,
            ReadBytes = read,
            StoredBytes = stored,
            FullBytes = full,
            KeyId = isEncrypted ? keyId : null,
            CreatedAt = createdAt,
            Labels = labels,
        };
        var root = new SnapshotRoot(info, topPage);
        if (isEncrypted) (root.proven, root.mac) = (bytes[..^(MacBytes + DigestBytes)].ToArray(), bytes[^(MacBytes + DigestBytes)..^DigestBytes].ToArray());
        return root;
    }

    /// <summary>Whether a root that was read was written by who had the key of <paramref name="coding"/>.</summary>
    public bool IsBy(RecordCoding coding) => coding.KeyId == KeyId && CryptographicOperations.FixedTimeEquals(coding.MacOf(proven), mac);

    internal static DateTimeOffset Time(ref FormatReader reader)
    {
        var milliseconds = reader.Int64();
        reader.Require(milliseconds >= 0 && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds(), "its time is impossible");
        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }

    private static bool Fits(string text, int bytesMin, int bytesMax)
    {
        var bytes = FormatReader.Strict.GetByteCount(text);
        return bytes >= bytesMin && bytes <= bytesMax;
    }

    private static IEnumerable<string> Texts(StoredSnapshotInfo info) =>
        [info.SnapshotId, info.DiskId, info.PredecessorId ?? "", .. info.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).SelectMany(l => new[] { l.Key, l.Value })];
}
