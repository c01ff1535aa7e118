using SnapshotPortal.Engine.Pools;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Has the pools hold disks to what their category, performance level and size may do (SPEC 2.3), unless the configuration turns that off.</summary>
internal sealed class DiskLimits(PortalOptions options, ZonePools pools)
{
    /// <summary>Holds from now on, also for requests that wait. To be called for a new body, at the start, and whenever what the limits follow from has changed.</summary>
    public void Apply(Disk disk)
    {
        if (pools.FindBody(disk) is { } body)
            body.Throttle.Limits = options.LimitsDisks ? DiskCategories.Limits(disk) : RateLimits.None;
    }
}
