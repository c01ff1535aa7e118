using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>Where a region's repository is: a directory, or a bucket.</summary>
/// <param name="Directory">An absolute path; null for a bucket.</param>
/// <param name="Bucket">A bucket of S3, or of anything that speaks it; null for a directory.</param>
public sealed record RepositoryPlace(string? Directory, S3Options? Bucket)
{
    private static readonly RetryOptions AtStart = new() { AttemptsMax = 3 };

    /// <summary>The place for people: never holds a secret.</summary>
    public override string ToString() => Bucket is null ? $"the directory {Directory}" : $"the bucket '{Bucket.Bucket}'{(Bucket.Prefix.Length > 0 ? $" below '{Bucket.Prefix}'" : "")} at {Bucket.Endpoint?.ToString() ?? $"Amazon S3 in {Bucket.Region}"}";

    /// <summary>
    /// Opens the store, which the caller disposes. A bucket is asked first, a few times only, whether it is there and takes objects:
    /// what is wrong in the configuration shows at the start and not in the first upload.
    /// </summary>
    internal async Task<(IObjectStore Store, IDisposable Held)> OpenAsync(IFileSystem files, TimeProvider time, CancellationToken cancel)
    {
        if (Bucket is null)
        {
            var directory = FileObjectStore.Open(files, Directory!);
            return (directory, directory);
        }

        var bucket = new S3ObjectStore(Bucket);
        try
        {
            const string probe = "leases/start";
            var asked = new RetryingObjectStore(bucket, AtStart, time, new Random());
            await asked.PutAsync(probe, ReadOnlyMemory<byte>.Empty, cancel);
            await asked.DeleteAsync(probe, cancel);
            return (new RetryingObjectStore(bucket, new RetryOptions(), time, new Random()), bucket);
        }
        catch
        {
            bucket.Dispose();
            throw;
        }
    }
}
