using SnapshotPortal.Nbd;
using SnapshotPortal.Nbd.Wire;

namespace SnapshotPortal.Simulator;

/// <summary>What one client says: mostly what the protocol allows, with wrong numbers, cuts and noise here and there.</summary>
public sealed class NbdScript
{
    private static readonly uint[] OddNumbers = [0, 1, 2, 7, 511, 512, 4095, 4096, 65535, 65536, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

    private readonly Random random;
    private readonly string exportName;
    private readonly long deviceBytes;
    private readonly MemoryStream bytes = new();

    internal NbdScript(Random random, string exportName, long deviceBytes)
    {
        (this.random, this.exportName, this.deviceBytes) = (random, exportName, deviceBytes);
        Negotiate();
        Transmit();
        if (IsSound && random.Next(4) > 0) Request(Command.Disconnect, 0, 0, CommandFlags.None, 0);
        Parts = Cut();
    }

    /// <summary>The bytes, in the pieces in which they are sent.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Parts { get; }

    /// <summary>How many options and requests.</summary>
    public int Messages { get; private set; }

    /// <summary>Whether nothing was said after which a server may hang up.</summary>
    public bool IsSound { get; private set; } = true;

    /// <summary>The requests that were said before anything unsound: for each cookie what was asked.</summary>
    internal Dictionary<ulong, (Command Command, uint LengthBytes)> Asked { get; } = [];

    /// <summary>Whether the transmission was asked for in a way that must succeed.</summary>
    internal bool Transmits { get; private set; }

    private bool Rarely(int oneIn) => random.Next(oneIn) == 0;

    private void Negotiate()
    {
        Number32(Rarely(100) ? Odd() : 3u);
        IsSound = bytes.ToArray() is [0, 0, 0, 3];
        for (var options = random.Next(6); options > 0 && IsSound; options--) AnyOption();
        if (!IsSound) return;
        if (random.Next(3) > 0) Option(OptionCode.StructuredReply, []);
        if (random.Next(3) > 0) Option(OptionCode.SetMetaContext, Contexts(exportName));
        Option(OptionCode.Go, Info(exportName));
        Transmits = IsSound;
    }

    private void AnyOption()
    {
        switch (random.Next(8))
        {
            case 0: Option(OptionCode.List, []); break;
            case 1: Option(OptionCode.StructuredReply, Rarely(2) ? [] : Noise(10)); break;
            case 2: Option(OptionCode.Info, Info(Rarely(2) ? exportName : "nothing")); break;
            case 3: Option(OptionCode.Go, Info("nothing")); break;
            case 4: Option(random.Next(2) == 0 ? OptionCode.ListMetaContext : OptionCode.SetMetaContext, Contexts(Rarely(3) ? "nothing" : exportName)); break;
            case 5: Option(OptionCode.StartTls, Rarely(2) ? [] : Noise(5)); break;
            // Not what begins or ends anything.
            case 6: Option((OptionCode)(Odd() | 0x100), Noise(100)); break;
            default: Option(OptionCode.Info, Noise(60)); break;
        }
    }

    private void Option(OptionCode option, byte[] data)
    {
        Messages++;
        if (Rarely(200))
        {
            bytes.Write(Noise(30)); // From here on nothing can be understood.
            IsSound = false;
        }
        Number64(Magic.Option);
        Number32((uint)option);
        if (Rarely(200))
        {
            Number32(Odd());
            IsSound = false;
        }
        else
        {
            Number32((uint)data.Length);
        }
        bytes.Write(data);
    }

    private byte[] Info(string name)
    {
        var data = new MemoryStream();
        Text(data, name);
        var count = random.Next(5);
        data.Write([0, (byte)count]);
        for (var i = 0; i < count; i++) data.Write([0, (byte)random.Next(6)]);
        return data.ToArray();
    }

    private byte[] Contexts(string name)
    {
        string[] queries = ["base:allocation", "base:", "x-snapshotportal:changed-since=before", "x-snapshotportal:", "qemu:dirty-bitmap:a", ""];
        var data = new MemoryStream();
        Text(data, name);
        var count = random.Next(5);
        Number32(data, (uint)count);
        for (var i = 0; i < count; i++) Text(data, queries[random.Next(queries.Length)]);
        return Rarely(20) ? Noise(50) : data.ToArray();
    }

    private void Transmit()
    {
        if (!Transmits) return;
        for (var requests = random.Next(200); requests > 0 && IsSound; requests--)
        {
            var command = random.Next(20) switch { < 6 => Command.Read, < 12 => Command.Write, 12 or 13 => Command.Flush, 14 => Command.Trim, 15 => Command.WriteZeroes, 16 => Command.Cache, 17 or 18 => Command.BlockStatus, _ => (Command)random.Next(8, 1 << 16) };
            var offset = Rarely(20) ? (ulong)random.NextInt64() << random.Next(8) : (ulong)random.NextInt64(deviceBytes / 512) * 512;
            var length = Rarely(20) ? Odd() : (uint)random.Next(1, Rarely(10) ? 300_000 : 9000);
            var flags = Rarely(10) ? (CommandFlags)random.Next(1 << 16) : Rarely(3) ? CommandFlags.Fua : CommandFlags.None;
            if (command == Command.Write && length > NbdLimits.RequestBytesMax) IsSound = false;
            Request(command, offset, length, flags, command == Command.Write && IsSound ? (int)Math.Min(length, 1 << 20) : 0);
        }
    }

    private void Request(Command command, ulong offset, uint length, CommandFlags flags, int payloadBytes)
    {
        if (command == Command.Write && IsSound) length = (uint)payloadBytes;
        Messages++;
        if (Rarely(2000))
        {
            bytes.Write(Noise(40));
            IsSound = false;
        }
        var cookie = (ulong)random.NextInt64();
        if (IsSound && command != Command.Disconnect) Asked[cookie] = (command, length);
        Number32(Magic.Request);
        bytes.Write([(byte)((ushort)flags >> 8), (byte)flags, (byte)((ushort)command >> 8), (byte)command]);
        Number64(cookie);
        Number64(offset);
        Number32(length);
        bytes.Write(new byte[payloadBytes]);
    }

    private List<ReadOnlyMemory<byte>> Cut()
    {
        var all = bytes.ToArray().AsMemory();
        if (Rarely(20))
        {
            all = all[..random.Next(all.Length)];
            IsSound = false;
        }
        var parts = new List<ReadOnlyMemory<byte>>();
        var pieceMax = random.Next(4) switch { 0 => 20, 1 => 500, 2 => 50_000, _ => int.MaxValue };
        if (all.Length / pieceMax > 2000) pieceMax = 50_000;
        for (var at = 0; at < all.Length;)
        {
            var count = Math.Min(all.Length - at, pieceMax == int.MaxValue ? all.Length : random.Next(1, pieceMax));
            parts.Add(all.Slice(at, count));
            at += count;
        }
        return parts;
    }

    private uint Odd() => OddNumbers[random.Next(OddNumbers.Length)];

    private byte[] Noise(int bytesMax)
    {
        var noise = new byte[random.Next(1, bytesMax)];
        random.NextBytes(noise);
        return noise;
    }

    private void Number32(uint value) => Number32(bytes, value);

    private void Number64(ulong value)
    {
        Number32((uint)(value >> 32));
        Number32((uint)value);
    }

    private static void Number32(Stream to, uint value) => to.Write([(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value]);

    private static void Text(Stream to, string text)
    {
        Number32(to, (uint)text.Length);
        to.Write(System.Text.Encoding.ASCII.GetBytes(text));
    }
}
