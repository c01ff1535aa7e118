using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Testing;

/// <summary>The keys of encrypted disks in tests.</summary>
public static class DiskKeys
{
    private static readonly byte[][] Keys = [.. Enumerable.Range(1, 3).Select(Key)];

    /// <summary>One of the keys, always the same for a number.</summary>
    public static ReadOnlySpan<byte> Any(ulong number) => Keys[number % (ulong)Keys.Length];

    /// <summary>Unlocks every disk and snapshot of the pool, each with the one key that it takes.</summary>
    public static void Unlock(Pool pool)
    {
        foreach (var disk in pool.Disks.Where(disk => disk.IsLocked))
            Unlock(disk.Name, disk.Unlock);
        foreach (var snapshot in pool.Snapshots.Where(snapshot => snapshot.IsLocked))
            Unlock(snapshot.Name, snapshot.Unlock);
    }

    private static void Unlock(string device, Action<ReadOnlySpan<byte>> unlock)
    {
        foreach (var key in Keys)
        {
            try
            {
                unlock(key);
                return;
            }
            catch (EngineException e) when (e.Fault == EngineFault.KeyUnavailable)
            {
                // The next one, then.
            }
        }

        throw new InvalidOperationException($"None of the keys is that of '{device}'.");
    }

    private static byte[] Key(int seed)
    {
        var key = new byte[64];
        new Random(seed).NextBytes(key);
        return key;
    }
}
