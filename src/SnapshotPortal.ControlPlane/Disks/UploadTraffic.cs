namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>
/// Knows the disks that a part of an upload is being written to right now, so that a late part of an aborted upload can
/// never land in the middle of the next one.
/// </summary>
internal sealed class UploadTraffic
{
    private readonly Lock guard = new();
    private readonly Dictionary<string, (int Writers, TaskCompletionSource Idle)> disks = new(StringComparer.Ordinal);

    /// <summary>From now until disposal a part is being written.</summary>
    public IDisposable Enter(string diskId)
    {
        lock (guard)
        {
            var (writers, idle) = disks.TryGetValue(diskId, out var present) ? present : (0, new(TaskCreationOptions.RunContinuationsAsynchronously));
            disks[diskId] = (writers + 1, idle);
        }

        return new Writer(this, diskId);
    }

    /// <summary>Completes once no part is being written.</summary>
    public Task IdleAsync(string diskId)
    {
        lock (guard) return disks.TryGetValue(diskId, out var present) ? present.Idle.Task : Task.CompletedTask;
    }

    private void Leave(string diskId)
    {
        lock (guard)
        {
            var (writers, idle) = disks[diskId];
            if (writers > 1)
            {
                disks[diskId] = (writers - 1, idle);
                return;
            }

            disks.Remove(diskId);
            idle.SetResult();
        }
    }

    private sealed class Writer(UploadTraffic traffic, string diskId) : IDisposable
    {
        private bool left;

        public void Dispose()
        {
            if (left) return;
            left = true;
            traffic.Leave(diskId);
        }
    }
}
