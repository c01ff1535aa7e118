using System.Diagnostics.Metrics;

namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>How long operations take and how they end; meter <c>SnapshotPortal.Operations</c>.</summary>
internal sealed class OperationMetrics
{
    private readonly Histogram<double> duration;

    public OperationMetrics(IMeterFactory meters)
        => duration = meters.Create("SnapshotPortal.Operations").CreateHistogram<double>("portal.operation.duration", "s", "Duration of operations by name, source and outcome.");

    public void Record(string operation, CallerSource source, string outcome, TimeSpan elapsed)
        => duration.Record(elapsed.TotalSeconds, new("operation", operation), new("source", source.ToString()), new("outcome", outcome));
}
