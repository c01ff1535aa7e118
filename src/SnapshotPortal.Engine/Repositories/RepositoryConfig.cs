using System.Security.Cryptography;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>The object that makes a bucket a repository (docs/format-repository.md, Config).</summary>
internal sealed record RepositoryConfig(Guid RepositoryId, DateTimeOffset CreatedAt)
{
    public const string ObjectName = "config";

    private const int Bytes = 128;

    private static ReadOnlySpan<byte> Magic => "SNAPCONF"u8;

    public byte[] Encode()
    {
        var bytes = new byte[Bytes];
        var writer = new FormatWriter(bytes);
        writer.Bytes(Magic);
        writer.Version();
        writer.Reserved(4);
        writer.Guid(RepositoryId);
        writer.Int64(CreatedAt.ToUnixTimeMilliseconds());
        writer.UInt32(Limits.ChunkBytes);
        writer.UInt32(ManifestPage.References);
        writer.Reserved(48);
        writer.Bytes(SHA256.HashData(writer.Written));
        return bytes;
    }

    public static RepositoryConfig Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new FormatReader(ObjectName, bytes);
        reader.Require(bytes.Length == Bytes, $"it has {bytes.Length} bytes instead of {Bytes}");
        reader.Magic(Magic);
        reader.Version();
        reader.Require(SHA256.HashData(bytes[..^32]).AsSpan().SequenceEqual(bytes[^32..]), "its checksum is wrong");
        reader.Reserved(4);
        var id = reader.Guid();
        var createdAt = SnapshotRoot.Time(ref reader);
        reader.Require(reader.UInt32() == Limits.ChunkBytes && reader.UInt32() == ManifestPage.References, "its chunks or pages have another size");
        reader.Reserved(48);
        return new RepositoryConfig(id, createdAt);
    }
}
