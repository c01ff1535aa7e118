using System.Buffers;
using SnapshotPortal.Engine.Crypto;
using SnapshotPortal.Engine.Log;
using SnapshotPortal.Engine.Maps;
using SnapshotPortal.Engine.Repositories;

namespace SnapshotPortal.Engine.Pools;

/// <summary>A disk in a pool. Writes are redirected: nothing stored is ever overwritten.</summary>
public sealed class PoolDisk : IBlockDevice, IVersion
{
    // One leaf of the map: a larger piece would gain nothing and hold up the requests behind it.
    private const int PieceBlocksMax = MapPage.Entries;

    /// <summary>The epoch of the base of a disk that was made on one: what changed after it is what differs from the base.</summary>
    public const uint BaseEpoch = 1;

    private const int FillBlocksMax = Limits.ChunkBytes / Limits.BlockBytes;

    private readonly Pool pool;
    private volatile BlockMap map;
    private volatile ColdReads? coldReads;
    private long lengthBytes;

    internal PoolDisk(Pool pool, uint id, string name, BlockMap map)
    {
        this.pool = pool;
        Id = id;
        Name = name;
        Throttle = new(pool.Options.Time);
        Activity = new(pool.Metrics, Throttle);
        this.map = map;
    }

    /// <summary>The name it was made with.</summary>
    public string Name { get; }

    /// <summary>The number of its current epoch: raised by every snapshot; content written now is born in it.</summary>
    public uint Epoch { get; internal set; } = 1;

    /// <summary>Why the disk only reads, where it opened read-only because of damage; otherwise null.</summary>
    public string? Damage { get; internal set; }

    /// <inheritdoc/>
    public long LengthBytes
    {
        get => Volatile.Read(ref lengthBytes);
        internal set => Volatile.Write(ref lengthBytes, value);
    }

    /// <inheritdoc/>
    public bool IsReadOnly => Damage is not null;

    /// <summary>Keeps reads and writes of this disk within its <see cref="Throttle.Limits"/>: they wait here before they enter the log's queue, so no other disk waits with them.</summary>
    public Throttle Throttle { get; }

    /// <summary>What the disk has done since the pool was opened.</summary>
    public DiskCounters Counters => Activity.Counters;

    /// <summary>The name of what it reads from where it is not whole yet (<see cref="Pool.HandInBase"/>); null once it is.</summary>
    public string? BaseName => map.Base?.Name;

    /// <summary>The local snapshot that it goes on from: the last one taken of it, or the one that it was cloned from or rolled back to. Null where there is none, or that was deleted.</summary>
    public LocalSnapshot? GoesOnFrom => Parent is { IsHidden: false } parent ? parent : null;

    /// <summary>Whether what is stored of it is encrypted.</summary>
    public bool IsEncrypted => Key is not null;

    /// <summary>Whether it can neither be read nor written until <see cref="Unlock"/>: encrypted, and the pool was opened since its key was known.</summary>
    public bool IsLocked => Key is { IsMissing: true };

    internal DiskActivity Activity { get; }

    internal uint Id { get; }

    internal DiskKey? Key { get; init; }

    internal EpochPath Path { get; set; } = EpochPath.Straight;

    internal LocalSnapshot? Parent { get; set; }

    LocalSnapshot? IVersion.Parent
    {
        get => Parent;
        set => Parent = value;
    }

    internal BlockMap Map
    {
        get => map;
        set => map = value;
    }

    internal BlockCount Added { get; set; } = new();

    BlockCount IVersion.Added
    {
        get => Added;
        set => Added = value;
    }

    BlockMap IVersion.Map => map;

    internal bool IsDeleted { get; set; }

    /// <inheritdoc/>
    public void Read(long offsetBytes, Span<byte> destination) => Read(offsetBytes, destination, CancellationToken.None);

    /// <inheritdoc/>
    public void Read(long offsetBytes, Span<byte> destination, CancellationToken cancel)
    {
        DeviceRange.Check(LengthBytes, offsetBytes, destination.Length);
        Throttle.Wait(1, destination.Length, cancel);
        ReadAdmitted(offsetBytes, destination);
    }

    /// <inheritdoc/>
    public bool TryRead(long offsetBytes, Span<byte> destination)
    {
        DeviceRange.Check(LengthBytes, offsetBytes, destination.Length);
        if (!BlockReader.IsAtHand(Map, offsetBytes, destination.Length) || !Throttle.TryTake(1, destination.Length)) return false;
        ReadAdmitted(offsetBytes, destination);
        return true;
    }

    private void ReadAdmitted(long offsetBytes, Span<byte> destination)
    {
        RequireExisting();
        pool.CheckOpen();
        var began = Activity.Begin(DiskOperation.Read, destination.Length);
        try
        {
            var cipher = RequireCipher();
            if (BlockReader.Read(Map, pool.Segments, cipher, offsetBytes, destination)) coldReads?.Add(offsetBytes);
            if (cipher is not null)
            {
                RequireExisting(); // Deleted or closed meanwhile, and its key wiped.
                pool.CheckOpen();
            }
        }
        catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
        {
            RequireExisting(); // Deleted meanwhile, and its space given back.
            pool.Metrics.FoundDamage();
            throw;
        }
        Activity.End(DiskOperation.Read, began);
    }

    /// <inheritdoc/>
    public unsafe void Write(long offsetBytes, ReadOnlySpan<byte> source)
    {
        DeviceRange.Check(LengthBytes, offsetBytes, source.Length);
        Throttle.Wait(1, source.Length);
        var began = Activity.Begin(DiskOperation.Write, source.Length);
        fixed (byte* data = source) Change(offsetBytes, source.Length, data);
        Activity.End(DiskOperation.Write, began);
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<BlockWrite> writes, CancellationToken cancel)
    {
        var bytes = CheckAll(writes);
        Throttle.Wait(writes.Length, bytes, cancel);
        pool.Admit();
        WriteAdmitted(writes, bytes);
    }

    /// <inheritdoc/>
    public bool TryWrite(ReadOnlySpan<BlockWrite> writes)
    {
        var bytes = CheckAll(writes);
        if ((Map.Base is not null && HasPartOfBlock(writes)) || !pool.TryAdmit() || !Throttle.TryTake(writes.Length, bytes)) return false;
        WriteAdmitted(writes, bytes);
        return true;
    }

    /// <inheritdoc/>
    public unsafe void WriteZeroes(long offsetBytes, long lengthBytes)
    {
        DeviceRange.Check(LengthBytes, offsetBytes, lengthBytes);
        Throttle.Wait(1, 0);
        var began = Activity.Begin(DiskOperation.Zero, 0);
        Change(offsetBytes, lengthBytes, null);
        Activity.End(DiskOperation.Zero, began);
    }

    /// <inheritdoc/>
    public void Trim(long offsetBytes, long lengthBytes) => WriteZeroes(offsetBytes, lengthBytes);

    /// <inheritdoc/>
    public void Flush() => pool.Flush();

    /// <inheritdoc/>
    public IEnumerable<Extent> Extents(long offsetBytes, long lengthBytes)
    {
        DeviceRange.Check(LengthBytes, offsetBytes, lengthBytes);
        return DeviceRange.Extents(OpenMap, offsetBytes, lengthBytes);

        BlockMap OpenMap()
        {
            pool.CheckOpen();
            return Map;
        }
    }

    /// <summary>
    /// Copies what the disk's base holds and the disk does not, what reads ask for first, until the disk is whole and lets its base
    /// go. Returns at once where it is. It can be ended and called again at any time, and goes on where it was.
    /// </summary>
    /// <param name="rate">How fast it may read from the base, or null.</param>
    /// <param name="progress">Told after every piece, in order.</param>
    /// <param name="workers">How many pieces are fetched side by side.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="EngineException">What the base throws, as <see cref="EngineFault.StoreUnavailable"/>, and what writes throw.</exception>
    public async Task HydrateAsync(ByteRate? rate, IProgress<HydrationProgress>? progress, int workers, CancellationToken cancel)
    {
        try
        {
            var asked = coldReads = new();
            while (Map is { Base: { } under } now)
            {
                RequireExisting();
                await new Hydration(this, now, under.RequireContent(), asked, rate, progress, workers).RunAsync(cancel);
                pool.LetBaseGo(this, now);
            }
        }
        finally
        {
            coldReads = null;
        }
    }

    /// <summary>Copies those of some blocks of one leaf of the map that are absent from the base.</summary>
    internal unsafe void Fill(long lba, int blocks)
    {
        if (Map is not { Base: { } under } now) return;
        RequireWritable();
        var cipher = RequireCipher();
        foreach (var run in AbsentRuns(now, lba, blocks))
        {
            var room = ArrayPool<byte>.Shared.Rent((int)run.Blocks * Limits.BlockBytes);
            try
            {
                var content = room.AsSpan(0, (int)run.Blocks * Limits.BlockBytes);
                under.Read(run.Lba, content);
                cipher?.Encrypt(run.Lba, content, content);
                fixed (byte* data = content) Fill(under, run, data);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(room);
            }
        }
    }

    private unsafe void Fill(MapBase under, MapRun run, byte* data)
    {
        for (var done = 0; done < run.Blocks; done += FillBlocksMax)
        {
            pool.Admit();
            pool.Log.Fill(this, under, run.Lba + done, (int)Math.Min(FillBlocksMax, run.Blocks - done), data + (long)done * Limits.BlockBytes);
        }
    }

    /// <summary>How many of some blocks of one leaf are absent.</summary>
    internal int AbsentBlocks(BlockMap now, long lba, int blocks) => (int)AbsentRuns(now, lba, blocks).Sum(run => run.Blocks);

    private List<MapRun> AbsentRuns(BlockMap now, long lba, int blocks)
    {
        for (var failed = default(Location); ;)
        {
            try
            {
                return now.Absent(lba, blocks);
            }
            catch (EngineException e) when (e.Fault == EngineFault.Corrupt && e.Location != failed && e.Location != default)
            {
                RequireExisting();
                failed = e.Location; // As a reader does: what was given back meanwhile is looked up again.
            }
            catch (ObjectDisposedException)
            {
                pool.CheckOpen(); // A segment that was replaced.
            }
        }
    }

    /// <summary>
    /// Hands in the key (64 bytes) of an encrypted disk: it, its snapshots and its clones can be read and written from now on.
    /// <see cref="EngineFault.KeyUnavailable"/> where it is another key. Nothing to do for a disk that is not encrypted.
    /// </summary>
    public void Unlock(ReadOnlySpan<byte> key)
    {
        RequireExisting();
        pool.CheckOpen();
        Key?.HandIn(key, Name);
    }

    internal void RequireWritable()
    {
        RequireExisting();
        if (Damage is not null) throw new EngineException(EngineFault.ReadOnly, $"The disk '{Name}' can only be read: {Damage}");
    }

    /// <summary>What its blocks are encrypted with, or null; <see cref="EngineFault.KeyUnavailable"/> while it is locked.</summary>
    internal BlockCipher? RequireCipher() => Key?.CipherOf(Name);

    private void RequireExisting()
    {
        if (IsDeleted) throw new EngineException(EngineFault.Missing, $"The disk '{Name}' was deleted.");
    }

    private long CheckAll(ReadOnlySpan<BlockWrite> writes)
    {
        var bytes = 0L;
        foreach (var write in writes)
        {
            DeviceRange.Check(LengthBytes, write.OffsetBytes, write.LengthBytes);
            bytes += write.Data.Length;
        }
        return bytes;
    }

    private static bool HasPartOfBlock(ReadOnlySpan<BlockWrite> writes)
    {
        foreach (var write in writes)
            if ((write.OffsetBytes | write.LengthBytes) % Limits.BlockBytes != 0) return true;
        return false;
    }

    private void WriteAdmitted(ReadOnlySpan<BlockWrite> writes, long dataBytes)
    {
        var (began, timedWrites, timedZeroings) = (DiskActivity.Untimed, 0, 0);
        foreach (var write in writes)
        {
            var time = Activity.Begin(write.IsZeroes ? DiskOperation.Zero : DiskOperation.Write, write.Data.Length);
            if (time == DiskActivity.Untimed) continue;
            if (began == DiskActivity.Untimed) began = time;
            if (write.IsZeroes) timedZeroings++;
            else timedWrites++;
        }
        if (!TryRunChain(writes, dataBytes)) ChangeOneByOne(writes);
        for (var i = 0; i < timedWrites; i++) Activity.End(DiskOperation.Write, began);
        for (var i = 0; i < timedZeroings; i++) Activity.End(DiskOperation.Zero, began);
    }

    private unsafe void ChangeOneByOne(ReadOnlySpan<BlockWrite> writes)
    {
        foreach (var write in writes)
            fixed (byte* data = write.Data.Span) Change(write.OffsetBytes, write.LengthBytes, data);
    }

    /// <summary>Hands all to the log at once; false, with some made, where the disk's base is needed.</summary>
    private bool TryRunChain(ReadOnlySpan<BlockWrite> writes, long dataBytes)
    {
        var cipher = RequireCipher();
        var chain = LogChain.OfThread;
        try
        {
            foreach (var write in writes) AddTo(chain, write, cipher, dataBytes);
            pool.Log.Run(chain);
            chain.ThrowIfFailed();
            return !chain.NeedsBase;
        }
        finally
        {
            chain.Clear();
        }
    }

    /// <summary>Cuts a change into what the log takes, as <see cref="Change"/> does.</summary>
    private unsafe void AddTo(LogChain chain, in BlockWrite write, BlockCipher? cipher, long dataBytes)
    {
        var data = write.IsZeroes ? null : chain.Pin(write.Data);
        for (long done = 0, count; done < write.LengthBytes; done += count)
        {
            var (lba, within) = Math.DivRem(write.OffsetBytes + done, Limits.BlockBytes);
            var left = write.LengthBytes - done;
            LogRequest request;
            if (within != 0 || left < Limits.BlockBytes)
            {
                count = Math.Min(Limits.BlockBytes - within, left);
                request = chain.Add(LogRequestKind.Patch, this);
                (request.Blocks, request.Within, request.Length) = (1, (int)within, (int)count);
            }
            else
            {
                request = chain.Add(data is null ? LogRequestKind.Zero : LogRequestKind.Write, this);
                request.Blocks = left / Limits.BlockBytes;
                if (data is not null) request.Blocks = Math.Min(request.Blocks, Math.Min(pool.Log.WriteBlocksMax, PieceBlocksMax - lba % PieceBlocksMax));
                count = request.Blocks * Limits.BlockBytes;
            }
            request.Lba = lba;
            request.Data = data is null ? null : data + done;
            if (cipher is null || request.Kind != LogRequestKind.Write) continue;
            var room = chain.Room((int)count, dataBytes);
            cipher.Encrypt(lba, new(request.Data, (int)count), new(room, (int)count));
            request.Data = room;
        }
    }

    /// <summary>Cuts a change into what the log takes: patches of single blocks, and runs of whole ones. No data: zeroes.</summary>
    private unsafe void Change(long offsetBytes, long lengthBytes, byte* data)
    {
        var cipher = RequireCipher();
        while (lengthBytes > 0)
        {
            pool.Admit();
            var (lba, within) = Math.DivRem(offsetBytes, Limits.BlockBytes);
            long count;
            if (within != 0 || lengthBytes < Limits.BlockBytes)
            {
                count = Math.Min(Limits.BlockBytes - within, lengthBytes);
                if (!pool.Log.Patch(this, lba, (int)within, (int)count, data)) PatchOverBase(lba, (int)within, (int)count, data);
            }
            else if (data is null)
            {
                count = lengthBytes / Limits.BlockBytes * Limits.BlockBytes;
                pool.Log.Zero(this, lba, lengthBytes / Limits.BlockBytes);
            }
            else
            {
                var blocks = (int)Math.Min(lengthBytes / Limits.BlockBytes, Math.Min(pool.Log.WriteBlocksMax, PieceBlocksMax - lba % PieceBlocksMax));
                count = (long)blocks * Limits.BlockBytes;
                if (cipher is null) pool.Log.Write(this, lba, blocks, data);
                else WriteEncrypted(cipher, lba, new(data, (int)count));
            }
            offsetBytes += count;
            lengthBytes -= count;
            if (data is not null) data += count;
        }
    }

    /// <summary>Fetches the block on the caller's thread; the leader takes it where it is still absent then.</summary>
    private unsafe void PatchOverBase(long lba, int within, int count, byte* data)
    {
        coldReads?.Add(lba * Limits.BlockBytes);
        var content = stackalloc byte[Limits.BlockBytes];
        MapBase? under;
        do
        {
            under = Map.Base;
            under?.Read(lba, new(content, Limits.BlockBytes));
        }
        while (!pool.Log.Patch(this, lba, within, count, data, under, content));
    }

    /// <summary>Encrypts on the caller's thread, so that disks do so side by side and the log's leader only copies.</summary>
    private unsafe void WriteEncrypted(BlockCipher cipher, long lba, ReadOnlySpan<byte> blocks)
    {
        var room = ArrayPool<byte>.Shared.Rent(blocks.Length);
        try
        {
            cipher.Encrypt(lba, blocks, room);
            fixed (byte* encrypted = room) pool.Log.Write(this, lba, blocks.Length / Limits.BlockBytes, encrypted);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }
}
