using SnapshotPortal.Engine.Crypto;

namespace SnapshotPortal.Engine.Pools;

/// <summary>The key of an encrypted disk, and of its snapshots and clones: missing after opening, until it is handed in.</summary>
/// <remarks>
/// Wiped once the last of them is deleted, and when the pool is closed. Both are marked before, so a read that the wiping
/// overtakes sees afterwards that its bytes mean nothing, and a write is refused by the log's leader.
/// </remarks>
internal sealed class DiskKey(UInt128 check)
{
    private BlockCipher? cipher;

    /// <summary>What the key is known by.</summary>
    public UInt128 Check => check;

    /// <summary>Disks and snapshots that are not deleted. Guarded by <see cref="PoolState"/>.</summary>
    public int Uses { get; set; }

    public bool IsMissing => Volatile.Read(ref cipher) is null;

    /// <summary>The cipher; <see cref="EngineFault.KeyUnavailable"/> while the key is missing.</summary>
    public BlockCipher CipherOf(string device) =>
        Volatile.Read(ref cipher)
        ?? throw new EngineException(EngineFault.KeyUnavailable, $"'{device}' is encrypted, and its key has not been handed in since the pool was opened. Unlock it first.");

    public void HandIn(ReadOnlySpan<byte> key, string device)
    {
        if (BlockCipher.CheckOf(key) != check)
            throw new EngineException(EngineFault.KeyUnavailable, $"The key is not the one that '{device}' is encrypted with. Hand in that one.");
        if (!IsMissing) return;
        var made = BlockCipher.Create(key);
        if (Interlocked.CompareExchange(ref cipher, made, null) is not null) made.Dispose();
    }

    public void Wipe() => Volatile.Read(ref cipher)?.Dispose();
}
