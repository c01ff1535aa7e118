namespace SnapshotPortal.ControlPlane.Tests;

/// <summary>The real clock, set forward as a test wants; timers run as always.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
