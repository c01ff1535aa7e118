namespace SnapshotPortal.Benchmarks.Backups;

/// <summary>A backup program. Made for one round in a directory of its own, which holds its repository.</summary>
internal interface IContender : IDisposable
{
    /// <summary>Its column.</summary>
    string Name { get; }

    /// <summary>Stores the image for the first time.</summary>
    (double Seconds, double PeakMebibytes) Full();

    /// <summary>Stores it again; what has changed since is nothing, or what <see cref="Change"/> has made. Null where it cannot.</summary>
    double? Again();

    /// <summary>Changes the image: in place, or in whatever way it notices.</summary>
    void Change();

    /// <summary>Writes what was stored last to a file, seconds.</summary>
    double Restore(string target);

    /// <summary>Bytes of its repository.</summary>
    long StoredBytes { get; }
}
