using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Crypto;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>
/// The keys of encrypted disks. Each is stored wrapped under a key-encryption key that only the administrator's file or
/// environment holds, here and in the repositories; unwrapped it is in memory only, in the pools.
/// </summary>
internal sealed partial class DiskKeys(PortalOptions options, ZonePools pools, RandomNumberGenerator random, TimeProvider time, ILogger<DiskKeys> log)
{
    private const string PoolPurpose = "pool disk";
    private const int PoolKeyBytes = 64;

    /// <summary>The key-encryption keys; null where none is configured: then nothing new can be encrypted.</summary>
    public KeyRing? Ring { get; private set; }

    /// <summary>What ECS calls the service key of a region: by that name callers know that a disk is encrypted.</summary>
    public static string ServiceKeyOf(string regionId) => $"key-{regionId}";

    /// <summary>Reads the key-encryption keys; throws <see cref="PortalStartException"/> where they cannot be.</summary>
    public void Open()
    {
        try
        {
            if (options.KeyFile is { } path) Ring = KeyRing.Parse($"the key file '{path}'", File.ReadAllText(path));
            else if (options.Keys is { } text) Ring = KeyRing.Parse("Portal:Encryption:Keys", text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or EngineException)
        {
            throw new PortalStartException($"The key-encryption keys (Portal:Encryption) cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Hands the pools the keys of all encrypted disks and frozen snapshots. What cannot be unwrapped stays locked and is told.</summary>
    public async Task UnlockAsync(PortalDb db, CancellationToken cancel)
    {
        var wrapped = await db.DiskKeys.AsNoTracking().ToDictionaryAsync(key => key.Id, cancel);
        if (wrapped.Count == 0) return;
        var disks = await db.Disks.Where(disk => disk.KeyId != null).ToDictionaryAsync(disk => disk.Body ?? disk.Id, disk => disk.KeyId!.Value, cancel);
        var snapshots = await db.Snapshots.Where(snapshot => snapshot.KeyId != null && snapshot.IsFrozen).ToDictionaryAsync(snapshot => snapshot.Id, snapshot => snapshot.KeyId!.Value, cancel);
        foreach (var (_, pool) in pools.All)
        {
            foreach (var disk in pool.Disks.Where(disk => disk.IsLocked)) Unlock(disk.Name, disks, disk.Unlock);
            foreach (var snapshot in pool.Snapshots.Where(snapshot => snapshot.IsLocked)) Unlock(snapshot.Name, snapshots, snapshot.Unlock);
        }

        void Unlock(string name, Dictionary<string, Guid> keys, Action<ReadOnlySpan<byte>> unlock)
        {
            if (!keys.TryGetValue(name, out var id) || !wrapped.TryGetValue(id, out var key)) return;
            try
            {
                unlock(PoolKeyOf(Unwrap(key)));
            }
            catch (EngineException exception) when (exception.Fault is EngineFault.KeyUnavailable or EngineFault.Corrupt)
            {
                LogStaysLocked(name, exception.Message);
            }
        }
    }

    /// <summary>Draws a key for a new disk; its row is part of the present write.</summary>
    public DataKey Create(PortalDb db, string accountId)
    {
        Span<byte> drawn = stackalloc byte[16 + DataKey.SecretBytes];
        random.GetBytes(drawn);
        var key = new DataKey(new(drawn[..16]), drawn[16..]);
        var wrapped = Ring!.Wrap(key);
        db.DiskKeys.Add(new() { Id = key.Id, AccountId = accountId, Wrapped = wrapped.Encode(), KekId = wrapped.KekId, CreatedAt = time.GetUtcNow() });
        return key;
    }

    /// <summary>A key; <see cref="EngineFault.KeyUnavailable"/> where its key-encryption key is not configured. Null for null: in the clear.</summary>
    public async Task<DataKey?> FindAsync(PortalDb db, Guid? id, CancellationToken cancel)
    {
        if (id is null) return null;
        return Unwrap(await db.DiskKeys.FindAsync([id], cancel)
            ?? throw new EngineException(EngineFault.KeyUnavailable, $"The key {id} was erased, and with it what it encrypted."));
    }

    /// <summary>The key of a disk's blocks in its pool (docs/format-repository.md, Encryption).</summary>
    public static byte[] PoolKeyOf(DataKey key) => key.Derive(PoolPurpose, PoolKeyBytes);

    /// <summary>Removes a key from the database once neither a disk nor a snapshot has it: nothing can be made with it any more. Within a write.</summary>
    public static async Task<bool> EraseUnusedAsync(PortalDb db, Guid? id, CancellationToken cancel)
    {
        if (id is null) return false;
        await db.SaveChangesAsync(cancel);
        if (await db.Disks.AnyAsync(disk => disk.KeyId == id, cancel) || await db.Snapshots.AnyAsync(snapshot => snapshot.KeyId == id, cancel)) return false;
        return await db.DiskKeys.Where(key => key.Id == id).ExecuteDeleteAsync(cancel) > 0;
    }

    /// <summary>Wraps every key of the database under the present key-encryption key; returns how many it were. Within a write, repeatable.</summary>
    public async Task<int> RewrapAsync(PortalDb db, CancellationToken cancel)
    {
        var ring = Ring ?? throw new EngineException(EngineFault.KeyUnavailable, "No key-encryption key is configured. Configure it in Portal:Encryption and start the portal again.");
        var old = await db.DiskKeys.Where(key => key.KekId != ring.CurrentId).ToListAsync(cancel);
        foreach (var key in old)
        {
            var wrapped = ring.Wrap(Unwrap(key));
            (key.Wrapped, key.KekId) = (wrapped.Encode(), wrapped.KekId);
        }

        return old.Count;
    }

    private DataKey Unwrap(DiskKey key)
    {
        if (Ring is null) throw new EngineException(EngineFault.KeyUnavailable, $"The key {key.Id} is wrapped under the key-encryption key '{key.KekId}', but none is configured. Configure it in Portal:Encryption and start the portal again.");
        return Ring.Unwrap(WrappedKey.Decode($"the key {key.Id} in the database", key.Wrapped));
    }

    [LoggerMessage(1320, LogLevel.Error, "{Name} is encrypted and stays locked: {Reason}")]
    private partial void LogStaysLocked(string name, string reason);
}
