using System.Buffers;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>Takes a chunk's content, which is only valid during the call.</summary>
internal delegate void ChunkSink(long chunk, ReadOnlySpan<byte> content);

/// <summary>
/// Fetches records, opens them, and checks them against their ids: the only way in which content leaves a repository.
/// Where a pack has been rewritten since it was located, its records are looked for again. Thread-safe.
/// </summary>
internal sealed class RecordReader(PackStore packs, RepositoryKeys keys)
{
    /// <summary>The most chunks that are fetched at once.</summary>
    public const int RunChunks = 16;

    /// <summary>Reads one record. Damage is <see cref="EngineFault.Corrupt"/> and names the pack and the place.</summary>
    public async Task<(string ObjectName, byte[] Content)> ReadAsync(ChunkId id, PackKind kind, CancellationToken cancel)
    {
        StoredPack? gone = null;
        while (true)
        {
            var location = await packs.LocateAsync(id, gone, cancel);
            if (location.Pack.Kind != kind) throw FormatReader.Damaged(location.Pack.ObjectName, $"the record {id} is no {(kind == PackKind.Pages ? "manifest page" : "chunk")}");
            byte[] stored = new byte[location.Record.StoredLength], content = new byte[location.Record.PlainLength];
            try { await packs.Store.GetRangeAsync(location.Pack.ObjectName, location.Record.OffsetBytes, stored, cancel); }
            catch (EngineException e) when (e.Fault == EngineFault.Missing && gone is null)
            {
                gone = location.Pack;
                continue;
            }
            Decode(location, await keys.OpenAsync(location.Pack.KeyId, cancel), stored, content);
            return (location.Pack.ObjectName, content);
        }
    }

    /// <summary>
    /// Reads up to <see cref="RunChunks"/> chunks; those that were stored one after the other are fetched at once. What cannot be
    /// read is thrown or, where <paramref name="damaged"/> is given, told to it.
    /// </summary>
    public async Task ReadAsync(ReadOnlyMemory<(long Chunk, ChunkId Id)> chunks, ChunkSink sink, Action<long, EngineException>? damaged, CancellationToken cancel)
    {
        for (var first = 0; first < chunks.Length;)
        {
            var run = Run(chunks.Span[first..]);
            if (run.Count == 0 || !await TryReadRunAsync(chunks.Slice(first, run.Count), run, sink, cancel))
                await ReadSinglyAsync(chunks.Slice(first, Math.Max(1, run.Count)), sink, damaged, cancel);
            first += Math.Max(1, run.Count);
        }
    }

    /// <summary>The chunks at the beginning that stand in one pack one after the other; none where the first is not known.</summary>
    private List<PackLocation> Run(ReadOnlySpan<(long Chunk, ChunkId Id)> chunks)
    {
        var run = new List<PackLocation>(chunks.Length);
        foreach (var (_, id) in chunks)
        {
            if (packs.Find(id) is not { } location || location.Pack.Kind != PackKind.Chunks || (run.Count > 0 && !Follows(run[^1], location))) break;
            run.Add(location);
        }
        return run;
    }

    /// <summary>False, with nothing given to the sink, where not all of the run is as it should be.</summary>
    private async Task<bool> TryReadRunAsync(ReadOnlyMemory<(long Chunk, ChunkId Id)> chunks, List<PackLocation> run, ChunkSink sink, CancellationToken cancel)
    {
        var coding = await keys.OpenAsync(run[0].Pack.KeyId, cancel);
        var begin = run[0].Record.OffsetBytes;
        var isRead = false;   // what the sink throws is not the store's
        byte[] stored = ArrayPool<byte>.Shared.Rent(RunChunks * Pack.StoredLengthMax), plain = ArrayPool<byte>.Shared.Rent(RunChunks * Limits.ChunkBytes);
        try
        {
            await packs.Store.GetRangeAsync(run[0].Pack.ObjectName, begin, stored.AsMemory(0, run[^1].Record.OffsetBytes + run[^1].Record.StoredLength - begin), cancel);
            for (var i = 0; i < run.Count; i++)
                Decode(run[i], coding, stored.AsSpan(run[i].Record.OffsetBytes - begin, run[i].Record.StoredLength), plain.AsSpan(i * Limits.ChunkBytes, Limits.ChunkBytes));
            isRead = true;
            for (var i = 0; i < run.Count; i++) sink(chunks.Span[i].Chunk, plain.AsSpan(i * Limits.ChunkBytes, Limits.ChunkBytes));
            return true;
        }
        catch (EngineException e) when (!isRead && e.Fault is (EngineFault.Corrupt or EngineFault.Missing)) { return false; }
        finally
        {
            ArrayPool<byte>.Shared.Return(stored);
            ArrayPool<byte>.Shared.Return(plain);
        }
    }

    private async Task ReadSinglyAsync(ReadOnlyMemory<(long Chunk, ChunkId Id)> chunks, ChunkSink sink, Action<long, EngineException>? damaged, CancellationToken cancel)
    {
        for (var i = 0; i < chunks.Length; i++)
        {
            var (chunk, id) = chunks.Span[i];
            byte[] content;
            try { (_, content) = await ReadAsync(id, PackKind.Chunks, cancel); }
            catch (EngineException e) when (damaged is not null && e.Fault is (EngineFault.Corrupt or EngineFault.Missing))
            {
                damaged(chunk, e);
                continue;
            }
            sink(chunk, content);
        }
    }

    private static bool Follows(PackLocation before, PackLocation after) =>
        before.Pack == after.Pack && before.Record.OffsetBytes + before.Record.StoredLength == after.Record.OffsetBytes;

    /// <summary>Turns stored bytes, which are spoilt by it, into plain ones.</summary>
    private static void Decode(PackLocation location, RecordCoding coding, Span<byte> stored, Span<byte> plain)
    {
        var record = location.Record;
        if (!coding.TryDecode(location.Pack.Kind, record, stored, plain))
            throw FormatReader.Damaged(location.Pack.ObjectName, $"the record of {record.StoredLength} bytes at byte {record.OffsetBytes} is not {record.Id}");
    }
}
