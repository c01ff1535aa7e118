namespace SnapshotPortal.Api.Tests;

/// <summary>The real clock moved to another moment; timers run as always.</summary>
internal sealed class MovedTime : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;

    public void MoveTo(DateTimeOffset moment) => Shift += moment - GetUtcNow();
}
