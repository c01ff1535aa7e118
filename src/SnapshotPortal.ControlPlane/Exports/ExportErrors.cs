using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Exports;

/// <summary>What exports refuse.</summary>
internal static class ExportErrors
{
    public static readonly OperationError Nowhere = new("ExportsNotOffered", 409, "The portal listens for disks on no address.", "An administrator sets Portal:Nbd:Socket or Portal:Nbd:Address.");

    public static readonly OperationError HoursMalformed = new("InvalidParameter", 400, "The time is not 1–168 hours.", "Give Hours from 1 to 168.");
}
