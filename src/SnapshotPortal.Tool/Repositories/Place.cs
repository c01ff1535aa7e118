using System.Security.Cryptography;
using System.Text;
using SnapshotPortal.Engine;
using SnapshotPortal.Engine.Files;
using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.Tool.Repositories;

/// <summary>Where a repository is: a directory, or a bucket as <c>s3://BUCKET/PREFIX?endpoint=URL&amp;region=REGION&amp;style=host</c>.</summary>
internal sealed record Place(string Text)
{
    private const string Scheme = "s3://";

    private bool IsBucket => Text.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>A name for what is derived from the repository and kept on this machine.</summary>
    public string CacheName => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(IsBucket ? Text : Path.GetFullPath(Text))))[..16];

    /// <summary>Opens the store; the caller disposes what holds it.</summary>
    /// <exception cref="EngineException"><see cref="EngineFault.Missing"/> where there is no such directory and none is to be made.</exception>
    public (IObjectStore Store, IDisposable Held) Open(bool creates)
    {
        if (IsBucket)
        {
            var bucket = new S3ObjectStore(Options());
            return (new RetryingObjectStore(bucket, new RetryOptions(), TimeProvider.System, new Random()), bucket);
        }
        if (!creates && !Directory.Exists(Text)) throw new EngineException(EngineFault.Missing, $"There is no repository '{Text}': no such directory.");
        var directory = FileObjectStore.Open(OsFileSystem.Instance, Path.GetFullPath(Text));
        return (directory, directory);
    }

    private S3Options Options()
    {
        var (path, query) = Split(Text[Scheme.Length..], '?');
        var (bucket, prefix) = Split(path, '/');
        var asked = query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => Split(pair, '=')).ToDictionary(pair => pair.Item1, pair => Uri.UnescapeDataString(pair.Item2));
        if (bucket.Length == 0 || asked.Keys.Any(key => key is not ("endpoint" or "region" or "style")))
            throw new UsageException($"'{Text}' is no place of a repository: a directory, or s3://BUCKET/PREFIX?endpoint=URL&region=REGION&style=host.");
        var endpoint = asked.GetValueOrDefault("endpoint") ?? Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_S3") ?? Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL");
        return new S3Options
        {
            Bucket = bucket,
            Prefix = prefix.Trim('/') is { Length: > 0 } parts ? parts + "/" : "",
            Endpoint = endpoint is null ? null : Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) ? uri : throw new UsageException($"'{endpoint}' is no URL of a server."),
            Region = asked.GetValueOrDefault("region") ?? Environment.GetEnvironmentVariable("AWS_REGION") ?? "us-east-1",
            IsPathStyle = endpoint is not null && asked.GetValueOrDefault("style") != "host",
        };
    }

    private static (string, string) Split(string text, char at) => text.IndexOf(at) is >= 0 and var i ? (text[..i], text[(i + 1)..]) : (text, "");
}
