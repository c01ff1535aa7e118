using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>The name of a chunk or page: the SHA-256 of its plain content. 32 zero bytes mean that there is none.</summary>
[InlineArray(Length)]
public struct ChunkId : IEquatable<ChunkId>
{
    /// <summary>The bytes of an id.</summary>
    public const int Length = 32;

    private byte first;

    /// <summary>The id in 32 bytes of an object.</summary>
    public ChunkId(ReadOnlySpan<byte> bytes) => bytes[..Length].CopyTo(this);

    /// <summary>Whether it names nothing: a chunk of zeroes, a page without references.</summary>
    public readonly bool IsNone => ((ReadOnlySpan<byte>)this).IndexOfAnyExcept((byte)0) < 0;

    /// <summary>The id of some content.</summary>
    public static ChunkId Of(ReadOnlySpan<byte> content)
    {
        ChunkId id = default;
        SHA256.HashData(content, id);
        return id;
    }

    /// <summary>Whether two ids are the same.</summary>
    public static bool operator ==(ChunkId left, ChunkId right) => left.Equals(right);

    /// <summary>Whether two ids differ.</summary>
    public static bool operator !=(ChunkId left, ChunkId right) => !left.Equals(right);

    /// <summary>Puts the 32 bytes into an object.</summary>
    public readonly void CopyTo(Span<byte> destination) => ((ReadOnlySpan<byte>)this).CopyTo(destination);

    /// <inheritdoc/>
    public readonly bool Equals(ChunkId other) => ((ReadOnlySpan<byte>)this).SequenceEqual(other);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is ChunkId other && Equals(other);

    /// <summary>Four of the bytes: an id is as random as a hash can be.</summary>
    public override readonly int GetHashCode() => BinaryPrimitives.ReadInt32LittleEndian(this);

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override readonly string ToString() => Convert.ToHexStringLower(MemoryMarshal.CreateReadOnlySpan(in first, Length));
}
