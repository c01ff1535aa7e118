using SnapshotPortal.Nbd.Negotiation;
using SnapshotPortal.Nbd.Wire;

namespace SnapshotPortal.Nbd.Transmission;

/// <summary>Everything that can be refused before a request is begun; what passes is inside the device.</summary>
internal static class RequestValidator
{
    /// <summary>Why the request is refused, or <see cref="NbdErrno.None"/>.</summary>
    public static NbdErrno Check(in RequestHeader request, Agreement agreement)
    {
        if ((request.Flags & ~FlagsOf(request.Command, agreement)) != CommandFlags.None) return NbdErrno.Invalid;
        switch (request.Command)
        {
            case Command.Disconnect or Command.Flush:
                return NbdErrno.None; // Offset and length are reserved; there are clients that fill them in.
            case Command.Read:
                if (!IsInside(request, agreement)) return NbdErrno.Invalid;
                return request.LengthBytes > NbdLimits.RequestBytesMax ? NbdErrno.Overflow : NbdErrno.None;
            case Command.Cache:
                return IsInside(request, agreement) ? NbdErrno.None : NbdErrno.Invalid;
            case Command.BlockStatus:
                return IsInside(request, agreement) && request.LengthBytes > 0 && agreement.Contexts.Count > 0 ? NbdErrno.None : NbdErrno.Invalid;
            case Command.Write or Command.WriteZeroes or Command.Trim:
                if ((agreement.Flags & TransmissionFlags.ReadOnly) != TransmissionFlags.None) return NbdErrno.NotPermitted;
                if (IsInside(request, agreement)) return NbdErrno.None;
                return request.Command == Command.Trim ? NbdErrno.Invalid : NbdErrno.NoSpace;
            default:
                return NbdErrno.Invalid;
        }
    }

    // FUA may stand with every command, and means something with those that write (proto.md, "Command flags").
    private static CommandFlags FlagsOf(Command command, Agreement agreement) => CommandFlags.Fua | command switch
    {
        Command.Read when agreement.HasStructuredReplies => CommandFlags.Df,
        Command.WriteZeroes => CommandFlags.NoHole | CommandFlags.FastZero,
        Command.BlockStatus => CommandFlags.ReqOne,
        _ => CommandFlags.None,
    };

    private static bool IsInside(in RequestHeader request, Agreement agreement)
    {
        var length = (ulong)agreement.LengthBytes;
        return request.LengthBytes <= length && request.Offset <= length - request.LengthBytes;
    }
}
