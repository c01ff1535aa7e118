using System.IO.Compression;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>How a record is stored (docs/format-repository.md, Chunks).</summary>
internal enum ChunkCodec : byte
{
    Raw = 0,
    Zstd = 1,
    Brotli = 2,
}

/// <summary>Plain bytes to stored bytes and back. Output is bounded by the space given.</summary>
internal static class ChunkCodecs
{
    // Less than a thirty-second saved is not worth the decompression of every later read.
    private const int WorthwhileShare = 32;
    private const int BrotliQuality = 1, BrotliWindowBits = 18;

    /// <summary>
    /// Compresses into <paramref name="destination"/>, which is as long as the plain bytes; <see cref="ChunkCodec.Raw"/> and
    /// nothing written where that does not help.
    /// </summary>
    public static (ChunkCodec Codec, int StoredLength) Compress(ReadOnlySpan<byte> plain, Span<byte> destination, int level)
    {
        var room = destination[..(plain.Length - plain.Length / WorthwhileShare)];
        if (Zstd.IsAvailable)
        {
            var length = Zstd.Compress(plain, room, level);
            return length > 0 ? (ChunkCodec.Zstd, length) : (ChunkCodec.Raw, plain.Length);
        }
        return BrotliEncoder.TryCompress(plain, room, out var written, BrotliQuality, BrotliWindowBits)
            ? (ChunkCodec.Brotli, written)
            : (ChunkCodec.Raw, plain.Length);
    }

    /// <summary>Fills <paramref name="plain"/>; false where the stored bytes are no such content of exactly that length.</summary>
    /// <exception cref="EngineException"><see cref="EngineFault.Io"/> when the machine lacks the codec's library.</exception>
    public static bool TryDecompress(ChunkCodec codec, ReadOnlySpan<byte> stored, Span<byte> plain)
    {
        switch (codec)
        {
            case ChunkCodec.Raw:
                return stored.TryCopyTo(plain) && stored.Length == plain.Length;
            case ChunkCodec.Zstd:
                if (!Zstd.IsAvailable) throw new EngineException(EngineFault.Io, "This repository needs the library libzstd.so.1. Install it (Debian: libzstd1) and try again.");
                return Zstd.Decompress(stored, plain) == plain.Length;
            case ChunkCodec.Brotli:
                return BrotliDecoder.TryDecompress(stored, plain, out var written) && written == plain.Length;
            default:
                return false;
        }
    }
}
