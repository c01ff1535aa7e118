using System.Buffers.Binary;
using System.Security.Cryptography;
using SnapshotPortal.Engine.Pools;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Pools.FormatReading;

/// <summary>What a pool holds, in a form in which the model, the engine, the reader and a manifest can be compared.</summary>
internal sealed record PoolListing(IReadOnlyList<ListedDevice> Disks, IReadOnlyList<ListedDevice> Snapshots)
{
    /// <summary>What the model says.</summary>
    public static PoolListing Of(PoolContent content)
    {
        return new(Listed(content.Disks, false), Listed(content.Snapshots, true));

        static List<ListedDevice> Listed(Dictionary<string, DiskContent> devices, bool areSnapshots) =>
            Sorted(devices.Select(device => ListedDevice.Of(device.Key, areSnapshots ? device.Value.DiskName : null, device.Value.LengthBytes, device.Value.Blocks.Select(block => (block.Key, (byte[]?)Bytes(block))))));

        static byte[] Bytes(KeyValuePair<long, BlockContent> block)
        {
            var bytes = new byte[Limits.BlockBytes];
            block.Value.CopyTo(block.Key, bytes);
            return bytes;
        }
    }

    /// <summary>What the engine says.</summary>
    public static PoolListing Of(Pool pool)
    {
        return new(
            Sorted(pool.Disks.Select(disk => ListedDevice.Of(disk.Name, null, disk.LengthBytes, Blocks(disk)) with { IsDamaged = disk.Damage is not null })),
            Sorted(pool.Snapshots.Select(snapshot => ListedDevice.Of(snapshot.Name, snapshot.DiskName, snapshot.LengthBytes, Blocks(snapshot)) with { IsDamaged = snapshot.Damage is not null })));

        static IEnumerable<(long Lba, byte[]? Bytes)> Blocks(IBlockDevice device)
        {
            foreach (var extent in device.Extents(0, device.LengthBytes).Where(extent => extent.Kind == ExtentKind.Data))
            {
                for (var at = extent.OffsetBytes; at < extent.EndBytes; at += Limits.BlockBytes) yield return (at / Limits.BlockBytes, Block(device, at));
            }
        }

        static byte[]? Block(IBlockDevice device, long offsetBytes)
        {
            var bytes = new byte[Limits.BlockBytes];
            try
            {
                device.Read(offsetBytes, bytes);
                return bytes;
            }
            catch (EngineException e) when (e.Fault == EngineFault.Corrupt)
            {
                return null;
            }
        }
    }

    /// <summary>What the stranger reads.</summary>
    public static PoolListing Of(StoredPool pool)
    {
        byte[][] keys = [.. Enumerable.Range(0, 3).Select(i => DiskKeys.Any((ulong)i).ToArray())];
        return new(Listed(pool.Disks), Listed(pool.Snapshots));

        List<ListedDevice> Listed(IEnumerable<StoredVersion> versions) => Sorted(versions.Select(version =>
            ListedDevice.Of(version.Name, version.Disk?.Name, version.LengthBytes, version.Blocks.Keys.Select(lba => (lba, pool.Read(version, lba, keys))).Concat(OfBase(version))) with { IsDamaged = version.Damage is not null }));
    }

    private static IEnumerable<(long Lba, byte[]? Bytes)> OfBase(StoredVersion version)
    {
        if (version.Base is not { } known) yield break;
        var content = PatternBase.Of(known.Name);
        foreach (var lba in content.Blocks.Where(version.IsAbsent))
        {
            var bytes = new byte[Limits.BlockBytes];
            content.Read(lba * Limits.BlockBytes, bytes);
            yield return (lba, bytes);
        }
    }

    private static List<ListedDevice> Sorted(IEnumerable<ListedDevice> devices) => [.. devices.OrderBy(device => device.Name, StringComparer.Ordinal)];
}

/// <summary>A disk or a snapshot.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Disk">Of a snapshot the name of its disk.</param>
/// <param name="LengthBytes">Its size.</param>
/// <param name="Blocks">How many of its blocks of 4,096 bytes are readable and not all zero.</param>
/// <param name="Sha256">Over those, ascending: of each its lba in 8 little-endian bytes, and its content.</param>
/// <param name="Unreadable">The blocks that are damaged, by lba.</param>
internal sealed record ListedDevice(string Name, string? Disk, long LengthBytes, int Blocks, string Sha256, string Unreadable)
{
    /// <summary>Whether its content may not be what was kept.</summary>
    public bool IsDamaged { get; init; }

    public static ListedDevice Of(string name, string? disk, long lengthBytes, IEnumerable<(long Lba, byte[]? Bytes)> blocks)
    {
        var sorted = blocks.OrderBy(block => block.Lba).ToList();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[8];
        var count = 0;
        foreach (var (lba, bytes) in sorted.Where(block => block.Bytes.AsSpan().ContainsAnyExcept((byte)0)))
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, lba);
            hash.AppendData(number);
            hash.AppendData(bytes!);
            count++;
        }

        return new(name, disk, lengthBytes, count, Convert.ToHexStringLower(hash.GetHashAndReset()), string.Join(' ', sorted.Where(block => block.Bytes is null).Select(block => block.Lba)));
    }
}
