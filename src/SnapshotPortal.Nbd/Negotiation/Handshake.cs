using System.Buffers.Binary;
using System.Text;
using SnapshotPortal.Nbd.Wire;

namespace SnapshotPortal.Nbd.Negotiation;

/// <summary>The first phase of a connection: greeting, then options until one of them begins transmission (proto.md, "Fixed newstyle negotiation").</summary>
/// <remarks>
/// Bytes are taken from the transport exactly as needed, never ahead: what comes behind an option belongs to what that option began, TLS or
/// transmission. Before TLS, where it is required, nothing but TLS can be asked for; what was agreed on before it is forgotten.
/// </remarks>
/// <param name="transport">The bytes.</param>
/// <param name="connection">Looks exports up and notes which one is used.</param>
internal sealed class Handshake(NbdTransport transport, NbdConnection connection)
{
    private const int ReservedZeroes = 124;

    private readonly OptionWriter writer = new(transport);
    private readonly byte[] header = new byte[16];
    private bool hasStructuredReplies;
    private bool sendsZeroes;
    private (string ExportName, IReadOnlyList<MetaContext> Contexts) selected = ("", []);

    /// <summary>Runs until transmission begins; null where the client has enough.</summary>
    public Agreement? Run()
    {
        Greet();
        for (var options = 0; options < NbdLimits.OptionsMax; options++)
        {
            Receive(header);
            if (BinaryPrimitives.ReadUInt64BigEndian(header) != Magic.Option) throw new NbdProtocolException("An option does not begin with IHAVEOPT.");
            var option = (OptionCode)BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8));
            if (ReceiveData(BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(12))) is not { } data)
            {
                if (option == OptionCode.ExportName) throw new NbdProtocolException("The name of an export is too long.");
                writer.Reply(option, OptionReply.TooBig, $"An option has at most {NbdLimits.OptionBytesMax} bytes.").Send();
                continue;
            }
            if (option == OptionCode.Abort)
            {
                writer.Reply(option, OptionReply.Acknowledged).Send();
                return null;
            }
            if (option == OptionCode.ExportName) return BeginByName(data);
            if (connection.RequiresTls && !transport.IsEncrypted && option != OptionCode.StartTls)
                writer.Reply(option, OptionReply.TlsRequired, "This address is only served with TLS.").Send();
            else if (Answer(option, data) is { } agreement)
                return agreement;
        }
        throw new NbdProtocolException($"More than {NbdLimits.OptionsMax} options.");
    }

    private void Greet()
    {
        writer.Number(Magic.Greeting).Number(Magic.Option).Number((ushort)(HandshakeFlags.FixedNewstyle | HandshakeFlags.NoZeroes)).Send();
        Receive(header.AsSpan(0, sizeof(uint)));
        var flags = (ClientFlags)BinaryPrimitives.ReadUInt32BigEndian(header);
        if ((flags & ~(ClientFlags.FixedNewstyle | ClientFlags.NoZeroes)) != ClientFlags.None) throw new NbdProtocolException($"The client flags 0x{(uint)flags:x} are not known.");
        sendsZeroes = (flags & ClientFlags.NoZeroes) == ClientFlags.None;
    }

    private Agreement? Answer(OptionCode option, byte[] data)
    {
        switch (option)
        {
            case OptionCode.StartTls:
                StartTls(data);
                return null;
            case OptionCode.List:
                List(data);
                return null;
            case OptionCode.StructuredReply:
                if (data.Length > 0)
                {
                    writer.Reply(option, OptionReply.Invalid, "The option has no data.").Send();
                    return null;
                }
                hasStructuredReplies = true;
                writer.Reply(option, OptionReply.Acknowledged).Send();
                return null;
            case OptionCode.ListMetaContext or OptionCode.SetMetaContext:
                SelectContexts(option, data);
                return null;
            case OptionCode.Info or OptionCode.Go:
                return Inform(option, data);
            default:
                writer.Reply(option, OptionReply.Unsupported, "The option is not supported.").Send();
                return null;
        }
    }

    private void StartTls(byte[] data)
    {
        const OptionCode option = OptionCode.StartTls;
        if (data.Length > 0 || transport.IsEncrypted) writer.Reply(option, OptionReply.Invalid, data.Length > 0 ? "The option has no data." : "TLS is on already.").Send();
        else if (connection.Certificate is not { } certificate) writer.Reply(option, OptionReply.RefusedByPolicy, "The server has no certificate.").Send();
        else
        {
            writer.Reply(option, OptionReply.Acknowledged).Send();
            transport.StartTls(certificate);
            connection.IsEncrypted = true;
            hasStructuredReplies = false;
            selected = ("", []);
        }
    }

    private void List(byte[] data)
    {
        const OptionCode option = OptionCode.List;
        if (data.Length > 0)
        {
            writer.Reply(option, OptionReply.Invalid, "The option has no data.").Send();
            return;
        }
        foreach (var export in connection.List())
        {
            var nameBytes = Encoding.UTF8.GetByteCount(export.Name);
            writer.Reply(option, OptionReply.Server, sizeof(uint) + nameBytes + Encoding.UTF8.GetByteCount(export.Description))
                .Number((uint)nameBytes).Text(export.Name).Text(export.Description);
        }
        writer.Reply(option, OptionReply.Acknowledged).Send();
    }

    private void SelectContexts(OptionCode option, byte[] bytes)
    {
        var data = new OptionData(bytes);
        var name = data.Text();
        var count = data.UInt32();
        var queries = new List<string>();
        for (var i = 0; i < Math.Min(count, NbdLimits.QueriesMax) && data.IsValid; i++) queries.Add(data.Text());
        if (option == OptionCode.SetMetaContext) selected = ("", []);

        if (!hasStructuredReplies) writer.Reply(option, OptionReply.Invalid, "Contexts need structured replies, which were not agreed on.").Send();
        else if (count > NbdLimits.QueriesMax) writer.Reply(option, OptionReply.TooBig, $"At most {NbdLimits.QueriesMax} contexts can be asked for.").Send();
        else if (!data.IsValid || !data.IsAtEnd) writer.Reply(option, OptionReply.Invalid, "The option's lengths do not fit, or a text is not UTF-8.").Send();
        else if (connection.Find(name) is not { } export) writer.Reply(option, OptionReply.UnknownExport, "There is no such export.").Send();
        else
        {
            var isList = option == OptionCode.ListMetaContext;
            IReadOnlyList<MetaContext> contexts = [.. MetaContext.Of(export).Where(context => (isList && count == 0) || queries.Exists(query => context.Matches(query, isList)))];
            if (!isList) selected = (name, contexts);
            foreach (var context in contexts)
                writer.Reply(option, OptionReply.MetaContext, sizeof(uint) + Encoding.UTF8.GetByteCount(context.Name)).Number(isList ? 0 : context.Id).Text(context.Name);
            writer.Reply(option, OptionReply.Acknowledged).Send();
        }
    }

    private Agreement? Inform(OptionCode option, byte[] bytes)
    {
        var data = new OptionData(bytes);
        var name = data.Text();
        var count = data.UInt16();
        var asked = new HashSet<InfoType>();
        for (var i = 0; i < count && data.IsValid; i++) asked.Add((InfoType)data.UInt16());
        if (!data.IsValid || !data.IsAtEnd)
        {
            writer.Reply(option, OptionReply.Invalid, "The option's lengths do not fit, or the name is not UTF-8.").Send();
            return null;
        }
        if (connection.Find(name) is not { } export)
        {
            writer.Reply(option, OptionReply.UnknownExport, "There is no such export.").Send();
            return null;
        }
        if (option == OptionCode.Go && connection.Use(export) is { } refusal)
        {
            writer.Reply(option, OptionReply.RefusedByPolicy, refusal).Send();
            return null;
        }
        var agreement = Agree(export);
        Tell(option, agreement, asked);
        return option == OptionCode.Go ? agreement : null;
    }

    private void Tell(OptionCode option, Agreement agreement, HashSet<InfoType> asked)
    {
        writer.Reply(option, OptionReply.Info, 12).Number((ushort)InfoType.Export).Number((ulong)agreement.LengthBytes).Number((ushort)agreement.Flags);
        if (asked.Contains(InfoType.Name)) TellText(InfoType.Name, agreement.Export.Name);
        if (asked.Contains(InfoType.Description) && agreement.Export.Description.Length > 0) TellText(InfoType.Description, agreement.Export.Description);
        if (asked.Contains(InfoType.BlockSize))
            writer.Reply(option, OptionReply.Info, 14).Number((ushort)InfoType.BlockSize).Number(1u).Number((uint)Engine.Limits.BlockBytes).Number((uint)NbdLimits.RequestBytesMax);
        writer.Reply(option, OptionReply.Acknowledged).Send();

        void TellText(InfoType type, string text) => writer.Reply(option, OptionReply.Info, sizeof(ushort) + Encoding.UTF8.GetByteCount(text)).Number((ushort)type).Text(text);
    }

    private Agreement BeginByName(byte[] bytes)
    {
        var data = new OptionData(bytes);
        var name = data.Remaining();
        // This option knows no errors (proto.md, "Option types").
        if (connection.RequiresTls && !transport.IsEncrypted) throw new NbdProtocolException("This address is only served with TLS.");
        if (!data.IsValid || connection.Find(name) is not { } export) throw new NbdProtocolException("There is no export of that name.");
        if (connection.Use(export) is { } refusal) throw new NbdProtocolException(refusal);
        var agreement = Agree(export);
        writer.Number((ulong)agreement.LengthBytes).Number((ushort)agreement.Flags).Zeroes(sendsZeroes ? ReservedZeroes : 0).Send();
        return agreement;
    }

    private Agreement Agree(Export export) =>
        new(export, export.Device.LengthBytes, Agreement.FlagsOf(export, hasStructuredReplies), hasStructuredReplies, selected.ExportName == export.Name ? selected.Contexts : []);

    /// <summary>The data of an option, or null where it was too long and skipped.</summary>
    private byte[]? ReceiveData(uint length)
    {
        if (length > NbdLimits.OptionSkippedBytesMax) throw new NbdProtocolException($"An option of {length} bytes.");
        var data = new byte[Math.Min(length, NbdLimits.OptionBytesMax)];
        Receive(data);
        if (length <= NbdLimits.OptionBytesMax) return data;
        for (var rest = (int)length - data.Length; rest > 0; rest -= data.Length) Receive(data.AsSpan(0, Math.Min(rest, data.Length)));
        return null;
    }

    private void Receive(Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var count = transport.Receive(destination);
            if (count == 0) throw new EndOfStreamException("The client left during the handshake.");
            destination = destination[count..];
        }
    }
}
