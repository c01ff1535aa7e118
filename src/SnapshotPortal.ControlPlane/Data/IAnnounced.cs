using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Data;

/// <summary>An entity whose changes are told to those who watch, once they are committed.</summary>
internal interface IAnnounced
{
    /// <summary>What is told.</summary>
    Change ToChange();
}
