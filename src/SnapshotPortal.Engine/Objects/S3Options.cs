namespace SnapshotPortal.Engine.Objects;

/// <summary>Where an S3 bucket is and how it is spoken to.</summary>
public sealed record S3Options
{
    /// <summary>The bucket. It must exist.</summary>
    public required string Bucket { get; init; }

    /// <summary>What stands before every object's name in the bucket: empty, or parts that each end with '/'.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The server; null for Amazon's own of the region.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region, also for a server that has none: it is part of every signature.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Whether the bucket stands in the path and not in the host name. Most servers other than Amazon's need it.</summary>
    public bool IsPathStyle { get; init; }

    /// <summary>The access key; null for what the environment holds (AWS_ACCESS_KEY_ID, a profile, the machine's role).</summary>
    public string? AccessKey { get; init; }

    /// <summary>The secret of <see cref="AccessKey"/>.</summary>
    public string? SecretKey { get; init; }

    /// <summary>How long one call may take, its body included: then it counts as <see cref="EngineFault.StoreUnavailable"/>.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Objects above this size are put in parts of it, each within <see cref="Timeout"/>. At least 5 MiB, which is S3's own bound.</summary>
    public int PartBytes { get; init; } = 16 << 20;
}
