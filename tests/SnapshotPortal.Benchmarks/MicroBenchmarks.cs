using BenchmarkDotNet.Attributes;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Crypto;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Log;
using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.Benchmarks;

/// <summary>The checksum of everything stored.</summary>
public class CrcBenchmarks
{
    private readonly byte[] block = Workload.Noise(Limits.BlockBytes, 1);

    [Benchmark]
    public uint OfBlock() => Crc32C.OfBlock(block);
}

/// <summary>The encryption of what is stored, 1 MiB a call as in a large write.</summary>
public class CipherBenchmarks
{
    private static readonly byte[] Key = Workload.Noise(BlockCipher.KeyBytes, 2);
    private readonly byte[] blocks = Workload.Noise(1 << 20, 1);
    private readonly BlockCipher cipher = BlockCipher.Create(Key);
    private readonly PortableCipher portable = new(Key);

    [Benchmark]
    public void Encrypt() => cipher.Encrypt(0, blocks, blocks);

    [Benchmark]
    public void Decrypt() => cipher.Decrypt(0, blocks);

    [Benchmark]
    public void EncryptPortably() => portable.Encrypt(0, blocks, blocks);

    [GlobalCleanup]
    public void Wipe()
    {
        cipher.Dispose();
        portable.Dispose();
    }
}

/// <summary>One 4 KiB request on a pool: look-up, checksum and copy.</summary>
[MemoryDiagnoser]
public class PoolDiskBenchmarks
{
    private readonly string directory = Directory.CreateTempSubdirectory("snapshot-portal-bench-").FullName;
    private readonly byte[] block = Workload.Noise(Limits.BlockBytes, 1);
    private readonly Random random = new(1);
    private Pool? pool;
    private PoolDisk? disk;

    /// <summary>The disk's size decides how many pages of the map lie on the way to a block.</summary>
    [Params(1L << 20, 256L << 20, 16L << 40)]
    public long DiskBytes { get; set; }

    [Params(false, true)]
    public bool IsEncrypted { get; set; }

    [GlobalSetup]
    public void Open()
    {
        pool = Pool.Open(OsFileSystem.Instance, Path.Combine(directory, "pool"), new PoolOptions());
        disk = IsEncrypted ? pool.CreateDisk("disk", DiskBytes, Workload.Noise(64, 2)) : pool.CreateDisk("disk", DiskBytes);
        for (var i = 0; i < 256; i++)
            disk.Write(i * (long)Limits.BlockBytes, block);
    }

    [Benchmark]
    public int MapLookUp() => (int)disk!.Map.Find(random.Next(256)).Location.Block;

    [Benchmark]
    public void Read() => disk!.Read(random.Next(256) * (long)Limits.BlockBytes, block);

    [Benchmark]
    public void Write() => disk!.Write(random.Next(256) * (long)Limits.BlockBytes, block);

    [GlobalCleanup]
    public void Close()
    {
        pool!.Dispose();
        Directory.Delete(directory, recursive: true);
    }
}
