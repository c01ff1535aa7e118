using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace SnapshotPortal.Engine.Objects;

/// <summary>An object store in a bucket of S3, or of anything that speaks it.</summary>
/// <remarks>
/// Calls are neither repeated (that is <see cref="RetryingObjectStore"/>'s) nor believed: what a body holds is checked by who
/// asked for it. Checksums in trailers and chunked signatures are off, since most servers other than Amazon's refuse them.
/// A put in parts becomes visible when its last call succeeds; one that failed is withdrawn, and should that fail, too, a
/// rule of the bucket (AbortIncompleteMultipartUpload) clears it away.
/// </remarks>
public sealed class S3ObjectStore : IObjectStore, IDisposable
{
    private const int PartBytesMin = 5 << 20;

    private readonly S3Options options;
    private readonly AmazonS3Client client;

    /// <summary>Makes the client; nothing is asked of the server yet.</summary>
    public S3ObjectStore(S3Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.PartBytes < PartBytesMin) throw new ArgumentException($"S3 takes no parts below {PartBytesMin} bytes.", nameof(options));
        if (options.Prefix.Length > 0 && !options.Prefix.EndsWith('/')) throw new ArgumentException($"The prefix '{options.Prefix}' does not end with '/'.", nameof(options));
        this.options = options;
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.IsPathStyle,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            Timeout = options.Timeout,
            MaxErrorRetry = 0,
        };
        if (options.Endpoint is null) config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        else (config.ServiceURL, config.AuthenticationRegion) = (options.Endpoint.ToString(), options.Region);
        client = options.AccessKey is null ? new AmazonS3Client(config) : new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, options.SecretKey), config);
    }

    /// <inheritdoc/>
    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        ObjectNames.Check(name);
        return content.Length > options.PartBytes ? PutInPartsAsync(name, content, cancel) : AskAsync(name, limited => client.PutObjectAsync(
            new PutObjectRequest { BucketName = options.Bucket, Key = KeyOf(name), InputStream = StreamOf(content), UseChunkEncoding = false }, limited), cancel);
    }

    /// <inheritdoc/>
    public Task<byte[]> GetAsync(string name, CancellationToken cancel)
    {
        ObjectNames.Check(name);
        return AskAsync(name, async limited =>
        {
            using var response = await client.GetObjectAsync(options.Bucket, KeyOf(name), limited);
            if (response.ContentLength is < 0 or > int.MaxValue) throw new EngineException(EngineFault.Corrupt, $"The object '{name}' has {response.ContentLength} bytes.");
            var content = new byte[response.ContentLength];
            await response.ResponseStream.ReadExactlyAsync(content, limited);
            return content;
        }, cancel);
    }

    /// <inheritdoc/>
    public async Task GetRangeAsync(string name, long offsetBytes, Memory<byte> destination, CancellationToken cancel)
    {
        ObjectNames.Check(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        var end = offsetBytes + destination.Length;
        if (destination.IsEmpty)   // S3 has no empty ranges
        {
            if (await FindAsync(name, cancel) is not { } length) throw Missing(name);
            if (length < end) throw EndsBefore(name, end);
            return;
        }
        await AskAsync(name, async limited =>
        {
            var request = new GetObjectRequest { BucketName = options.Bucket, Key = KeyOf(name), ByteRange = new ByteRange(offsetBytes, end - 1) };
            using var response = await client.GetObjectAsync(request, limited);
            if (response.ContentLength < destination.Length) throw EndsBefore(name, end);
            await response.ResponseStream.ReadExactlyAsync(destination, limited);
            return true;
        }, cancel);
    }

    /// <inheritdoc/>
    public async Task<long?> FindAsync(string name, CancellationToken cancel)
    {
        ObjectNames.Check(name);
        try { return (await AskAsync(name, limited => client.GetObjectMetadataAsync(options.Bucket, KeyOf(name), limited), cancel)).ContentLength; }
        catch (EngineException e) when (e.Fault == EngineFault.Missing) { return null; }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        var request = new ListObjectsV2Request { BucketName = options.Bucket, Prefix = options.Prefix + prefix };
        do
        {
            var page = await AskAsync(prefix, limited => client.ListObjectsV2Async(request, limited), cancel);
            foreach (var found in page.S3Objects ?? [])
            {
                var name = found.Key[options.Prefix.Length..];
                if (name.Split('/').All(ObjectNames.IsPart)) yield return new StoredObject(name, found.Size ?? 0);
            }
            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancel)
    {
        ObjectNames.Check(name);
        return AskAsync(name, limited => client.DeleteObjectAsync(options.Bucket, KeyOf(name), limited), cancel);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => client.Dispose();

    private async Task PutInPartsAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel)
    {
        var begun = await AskAsync(name, limited => client.InitiateMultipartUploadAsync(options.Bucket, KeyOf(name), limited), cancel);
        try
        {
            var parts = new List<PartETag>();
            for (var offset = 0; offset < content.Length; offset += options.PartBytes)
            {
                var part = content.Slice(offset, Math.Min(options.PartBytes, content.Length - offset));
                var number = parts.Count + 1;
                var request = new UploadPartRequest
                {
                    BucketName = options.Bucket,
                    Key = begun.Key,
                    UploadId = begun.UploadId,
                    PartNumber = number,
                    PartSize = part.Length,
                    InputStream = StreamOf(part),
                    UseChunkEncoding = false,
                };
                parts.Add(new PartETag(number, (await AskAsync(name, limited => client.UploadPartAsync(request, limited), cancel)).ETag));
            }
            var whole = new CompleteMultipartUploadRequest { BucketName = options.Bucket, Key = begun.Key, UploadId = begun.UploadId, PartETags = parts };
            await AskAsync(name, limited => client.CompleteMultipartUploadAsync(whole, limited), cancel);
        }
        catch
        {
            await AskAsync(name, limited => client.AbortMultipartUploadAsync(options.Bucket, begun.Key, begun.UploadId, limited), CancellationToken.None)
                .ContinueWith(static _ => { }, TaskScheduler.Default);   // the reason that counts is the first one
            throw;
        }
    }

    /// <summary>One call with its time limit, over which also a body that trickles cannot get, and its failure translated.</summary>
    private async Task<T> AskAsync<T>(string name, Func<CancellationToken, Task<T>> call, CancellationToken cancel)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limited.CancelAfter(options.Timeout);
        try { return await call(limited.Token); }
        catch (Exception e) when (e is not EngineException && !cancel.IsCancellationRequested) { throw Translated(name, e); }
    }

    private EngineException Translated(string name, Exception e) => e switch
    {
        AmazonServiceException { ErrorCode: "NoSuchBucket" } => new(EngineFault.Io, $"There is no bucket '{options.Bucket}' at {Place}. Create it, or correct the configuration.", e),
        AmazonServiceException { StatusCode: HttpStatusCode.NotFound } => Missing(name),
        AmazonServiceException { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable } => new(EngineFault.Corrupt, $"The object '{name}' ends before the range that was asked for.", e),
        AmazonServiceException { ErrorCode: "QuotaExceeded" } or AmazonServiceException { StatusCode: HttpStatusCode.InsufficientStorage } =>
            new(EngineFault.Full, $"The bucket '{options.Bucket}' at {Place} takes no more: {e.Message} Raise its quota or delete snapshots.", e),
        AmazonServiceException { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } =>
            new(EngineFault.Io, $"The bucket '{options.Bucket}' at {Place} refuses these credentials for '{name}': {e.Message}", e),
        AmazonServiceException s3 when (int)s3.StatusCode is >= 400 and < 500 and not (408 or 429) && s3.ErrorCode is not ("RequestTimeout" or "SlowDown") =>
            new(EngineFault.Io, $"The bucket '{options.Bucket}' at {Place} refuses the call for '{name}' ({s3.ErrorCode}): {e.Message}", e),
        OperationCanceledException or TimeoutException => new(EngineFault.StoreUnavailable, $"The bucket '{options.Bucket}' at {Place} did not answer for '{name}' within {options.Timeout.TotalSeconds:0} s.", e),
        AmazonServiceException or AmazonClientException or HttpRequestException or IOException => new(EngineFault.StoreUnavailable, $"The bucket '{options.Bucket}' at {Place} failed for '{name}': {e.Message}", e),
        _ => new(EngineFault.Io, $"The call for '{name}' in the bucket '{options.Bucket}' at {Place} failed: {e.Message}", e),
    };

    private string Place => options.Endpoint?.ToString() ?? options.Region;

    private EngineException Missing(string name) => new(EngineFault.Missing, $"There is no object '{name}' in the bucket '{options.Bucket}'.");

    private static EngineException EndsBefore(string name, long end) => new(EngineFault.Corrupt, $"The object '{name}' ends before byte {end}.");

    private string KeyOf(string name) => options.Prefix + name;

    private static MemoryStream StreamOf(ReadOnlyMemory<byte> content) => MemoryMarshal.TryGetArray(content, out var array)
        ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
        : new MemoryStream(content.ToArray(), writable: false);
}
