using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using SnapshotPortal.Nbd.Wire;

namespace SnapshotPortal.Nbd.Negotiation;

/// <summary>Gathers what is sent during the handshake, so that each option is answered by one send.</summary>
internal sealed class OptionWriter(NbdTransport transport)
{
    private readonly ArrayBufferWriter<byte> gathered = new();

    public OptionWriter Number(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(gathered.GetSpan(sizeof(ulong)), value);
        gathered.Advance(sizeof(ulong));
        return this;
    }

    public OptionWriter Number(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(gathered.GetSpan(sizeof(uint)), value);
        gathered.Advance(sizeof(uint));
        return this;
    }

    public OptionWriter Number(ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(gathered.GetSpan(sizeof(ushort)), value);
        gathered.Advance(sizeof(ushort));
        return this;
    }

    public OptionWriter Text(string text)
    {
        gathered.Write(Encoding.UTF8.GetBytes(text));
        return this;
    }

    public OptionWriter Zeroes(int count)
    {
        gathered.Write(new byte[count]);
        return this;
    }

    /// <summary>Begins a reply that is followed by so many bytes.</summary>
    public OptionWriter Reply(OptionCode option, OptionReply reply, int lengthBytes) =>
        Number(Magic.OptionReply).Number((uint)option).Number((uint)reply).Number((uint)lengthBytes);

    /// <summary>A reply without data, or with a text for people.</summary>
    public OptionWriter Reply(OptionCode option, OptionReply reply, string message = "") =>
        Reply(option, reply, Encoding.UTF8.GetByteCount(message)).Text(message);

    public void Send()
    {
        transport.Send(gathered.WrittenSpan);
        gathered.ResetWrittenCount();
    }
}
