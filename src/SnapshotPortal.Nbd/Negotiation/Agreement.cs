using SnapshotPortal.Nbd.Wire;

namespace SnapshotPortal.Nbd.Negotiation;

/// <summary>What client and server have agreed on when transmission begins.</summary>
/// <param name="Export">What is used.</param>
/// <param name="LengthBytes">Its size, as the client was told.</param>
/// <param name="Flags">What the client was told that it can do.</param>
/// <param name="HasStructuredReplies">Whether replies come in chunks.</param>
/// <param name="Contexts">What a block status answers.</param>
internal sealed record Agreement(Export Export, long LengthBytes, TransmissionFlags Flags, bool HasStructuredReplies, IReadOnlyList<MetaContext> Contexts)
{
    private const TransmissionFlags Always = TransmissionFlags.HasFlags | TransmissionFlags.SendFlush | TransmissionFlags.SendFua | TransmissionFlags.CanMultiConn | TransmissionFlags.SendCache;
    private const TransmissionFlags Changing = TransmissionFlags.SendTrim | TransmissionFlags.SendWriteZeroes | TransmissionFlags.SendFastZero;

    public static TransmissionFlags FlagsOf(Export export, bool hasStructuredReplies) =>
        Always | (export.TakesNoChanges ? TransmissionFlags.ReadOnly : Changing) | (hasStructuredReplies ? TransmissionFlags.SendDf : TransmissionFlags.None);
}
