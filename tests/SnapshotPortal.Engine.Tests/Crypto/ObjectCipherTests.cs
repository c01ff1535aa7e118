using SnapshotPortal.Engine.Crypto;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.Engine.Tests.Crypto;

public sealed class ObjectCipherTests
{
    private readonly ObjectCipher one = new(DataKey.Create(Guid.Parse("0198aaaa-0000-7000-8000-000000000001")));
    private readonly ObjectCipher other = new(DataKey.Create(Guid.Parse("0198aaaa-0000-7000-8000-000000000002")));

    [Fact]
    public void Ids_are_equal_for_equal_content_under_one_key_only()
    {
        Assert.Equal(one.IdOf("content"u8), one.IdOf("content"u8));
        Assert.NotEqual(one.IdOf("content"u8), other.IdOf("content"u8));
        Assert.NotEqual(ChunkId.Of("content"u8), one.IdOf("content"u8));
    }

    [Fact]
    public void A_nonce_comes_again_only_with_exactly_the_same_input()
    {
        var id = one.IdOf("content"u8);
        byte[][] records =
        [
            Sealed("packed one way"u8, id, 1, ChunkCodec.Zstd, 7),
            Sealed("packed 1nother"u8, id, 1, ChunkCodec.Zstd, 7),
            Sealed("packed one way"u8, id, 2, ChunkCodec.Zstd, 7),
            Sealed("packed one way"u8, id, 1, ChunkCodec.Brotli, 7),
            Sealed("packed one way"u8, id, 1, ChunkCodec.Zstd, 8),
        ];

        Assert.Equal(records[0], Sealed("packed one way"u8, id, 1, ChunkCodec.Zstd, 7));
        Assert.Equal(records.Length, records.Select(record => Convert.ToHexString(record.AsSpan(0, ObjectCipher.NonceBytes))).Distinct().Count());
    }

    [Fact]
    public void A_record_opens_only_as_what_it_was_sealed_as()
    {
        var id = one.IdOf("content"u8);
        var record = Sealed("packed"u8, id, 1, ChunkCodec.Zstd, 7);

        Assert.True(one.TryOpen([.. record], id, 1, ChunkCodec.Zstd, 7, out var packed));
        Assert.Equal("packed"u8.ToArray(), packed.ToArray());
        Assert.False(other.TryOpen([.. record], id, 1, ChunkCodec.Zstd, 7, out _));
        Assert.False(one.TryOpen([.. record], one.IdOf("else"u8), 1, ChunkCodec.Zstd, 7, out _));
        Assert.False(one.TryOpen([.. record], id, 2, ChunkCodec.Zstd, 7, out _));
        Assert.False(one.TryOpen([.. record], id, 1, ChunkCodec.Raw, 7, out _));
        Assert.False(one.TryOpen([.. record], id, 1, ChunkCodec.Zstd, 6, out _));
        for (var bit = 0; bit < record.Length * 8; bit++)
        {
            byte[] flipped = [.. record];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(one.TryOpen(flipped, id, 1, ChunkCodec.Zstd, 7, out _));
        }
        for (var length = 0; length < record.Length; length++) Assert.False(one.TryOpen(record.AsSpan(0, length).ToArray(), id, 1, ChunkCodec.Zstd, 7, out _));
    }

    private byte[] Sealed(ReadOnlySpan<byte> packed, ChunkId id, byte kind, ChunkCodec codec, int plainLength)
    {
        var record = new byte[packed.Length + ObjectCipher.OverheadBytes];
        packed.CopyTo(record.AsSpan(ObjectCipher.NonceBytes));
        one.Seal(record, id, kind, codec, plainLength);
        return record;
    }
}
