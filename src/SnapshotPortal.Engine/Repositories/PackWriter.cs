using System.Security.Cryptography;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>A pack that is being filled, in memory. Not thread-safe.</summary>
internal sealed class PackWriter(PackKind kind, string owner, Guid keyId, Guid repositoryId, int packBytes)
{
    private readonly List<PackEntry> entries = [];
    private readonly HashSet<ChunkId> ids = [];

    // For the longest pack at once: what is never written takes no memory, while growing would leave as much behind as garbage.
    private readonly byte[] bytes = GC.AllocateUninitializedArray<byte>(packBytes + Pack.StoredLengthMax + Pack.EntriesMax * Pack.EntryBytes + Pack.FooterBytes);
    private int length = Pack.HeaderBytes;

    public bool IsEmpty => entries.Count == 0;

    public bool IsFull => length >= packBytes || entries.Count == Pack.EntriesMax;

    public bool Contains(ChunkId id) => ids.Contains(id);

    public void Append(ChunkId id, int plainLength, ChunkCodec codec, ReadOnlySpan<byte> stored)
    {
        if (!ids.Add(id)) throw new InvalidOperationException($"The pack has a record {id} already.");
        entries.Add(new PackEntry(id, length, stored.Length, plainLength, codec));
        stored.CopyTo(Room(stored.Length));
        length += stored.Length;
    }

    /// <summary>Closes the pack. The content stays valid until <see cref="Clear"/>.</summary>
    public (Pack Pack, ReadOnlyMemory<byte> Content) Complete()
    {
        Pack.WriteHeader(bytes, keyId);
        var tailBytes = entries.Count * Pack.EntryBytes + Pack.FooterBytes;
        Pack.WriteTail(Room(tailBytes), kind, owner, keyId, repositoryId, length, entries);
        var content = bytes.AsMemory(0, length + tailBytes);
        return (new Pack(Pack.NameOf(kind, SHA256.HashData(content.Span)), kind, owner, keyId, content.Length, [.. entries]), content);
    }

    public void Clear()
    {
        entries.Clear();
        ids.Clear();
        length = Pack.HeaderBytes;
    }

    private Span<byte> Room(int count) => bytes.AsSpan(length, count);
}
