using System.Buffers.Binary;
using SnapshotPortal.Nbd.Wire;

namespace SnapshotPortal.Simulator;

/// <summary>Reads all that a server said to a client, and tells what is wrong with it.</summary>
internal sealed class NbdTranscript
{
    private const int GreetingBytes = 18;
    private readonly byte[] bytes;
    private readonly NbdScript script;
    private readonly Dictionary<ulong, uint> received = []; // bytes of data by cookie of what is being answered in chunks
    private readonly HashSet<ulong> answered = [];
    private bool hasStructuredReplies;
    private int at = GreetingBytes;

    private NbdTranscript(byte[] bytes, NbdScript script) => (this.bytes, this.script) = (bytes, script);

    /// <summary>What is wrong, or null.</summary>
    public static string? Check(byte[] bytes, NbdScript script) => new NbdTranscript(bytes, script).Check();

    private int Left => bytes.Length - at;

    private string? Check()
    {
        if (bytes.Length < GreetingBytes) return script.IsSound ? "the greeting is cut." : null;
        var transmits = false;
        while (!transmits && Left >= 20)
        {
            if (BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(at)) != Magic.OptionReply) return $"an answer to an option at {at} does not begin with its number.";
            var (option, reply, length) = ((OptionCode)UInt32(8), (OptionReply)UInt32(12), UInt32(16));
            if (length > Left - 20) return script.IsSound ? "an answer to an option is cut." : null;
            at += 20 + (int)length;
            hasStructuredReplies |= option == OptionCode.StructuredReply && reply == OptionReply.Acknowledged;
            transmits = option == OptionCode.Go && reply == OptionReply.Acknowledged;
        }
        if (!transmits) return script is { IsSound: true, Transmits: true } ? "transmission was asked for and did not begin." : null;
        while (Left > 0)
            if (CheckReply() is { } wrong) return wrong == Unfinished && !script.IsSound ? null : wrong;
        return script.IsSound && answered.Count != script.Asked.Count ? $"{script.Asked.Count} requests, {answered.Count} answers." : null;
    }

    private const string Unfinished = "the last reply is cut.";

    private string? CheckReply()
    {
        if (Left < 16) return Unfinished;
        return UInt32(0) switch
        {
            Magic.SimpleReply => CheckSimple(),
            Magic.StructuredReply when hasStructuredReplies => CheckChunk(),
            _ => $"a reply at {at} does not begin with its number.",
        };
    }

    private string? CheckSimple()
    {
        var (error, cookie) = (UInt32(4), UInt64(8));
        if (!script.Asked.TryGetValue(cookie, out var request)) return $"cookie {cookie:x} is answered but was not asked.";
        at += 16;
        if (request.Command == Command.Read)
        {
            if (hasStructuredReplies) return "a read is answered by a simple reply.";
            if (error == 0 && request.LengthBytes > Left) return Unfinished;
            if (error == 0) at += (int)request.LengthBytes;
        }
        return answered.Add(cookie) ? null : $"cookie {cookie:x} is answered twice.";
    }

    private string? CheckChunk()
    {
        if (Left < 20) return Unfinished;
        var (flags, type, cookie, length) = (bytes[at + 5], (ReplyType)BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at + 6)), UInt64(8), UInt32(16));
        if (!script.Asked.TryGetValue(cookie, out var request)) return $"cookie {cookie:x} is answered but was not asked.";
        if (length > Left - 20) return Unfinished;
        at += 20 + (int)length;
        if (type == ReplyType.OffsetData) received[cookie] = received.GetValueOrDefault(cookie) + length - 8;
        if ((flags & 1) == 0) return null;
        if (request.Command == Command.Read && type != ReplyType.Error && received.GetValueOrDefault(cookie) != request.LengthBytes) return $"a read of {request.LengthBytes} bytes gets {received.GetValueOrDefault(cookie)}.";
        return answered.Add(cookie) ? null : $"cookie {cookie:x} is answered twice.";
    }

    private uint UInt32(int offset) => BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + offset));

    private ulong UInt64(int offset) => BinaryPrimitives.ReadUInt64BigEndian(bytes.AsSpan(at + offset));
}
