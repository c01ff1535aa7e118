using SnapshotPortal.Engine;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>Frozen content that is open for reading until disposal.</summary>
public sealed class OpenContent : IAsyncDisposable
{
    private readonly Func<ValueTask> close;
    private bool closed;

    internal OpenContent(IBlockDevice device, string fileName, string entityTag, Func<ValueTask> close)
        => (Device, FileName, EntityTag, this.close) = (device, fileName, entityTag, close);

    /// <summary>The content. Its calls block; safe for concurrent reads.</summary>
    public IBlockDevice Device { get; }

    /// <summary>How many bytes there are.</summary>
    public long LengthBytes => Device.LengthBytes;

    /// <summary>A file name for it, as <c>web-1.raw</c>.</summary>
    public string FileName { get; }

    /// <summary>Equal for equal content only (without quotes), so that a broken download can go on.</summary>
    public string EntityTag { get; }

    /// <summary>Lets the content go.</summary>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref closed, true) ? ValueTask.CompletedTask : close();

    /// <summary>The resource's name where it has one; names hold nothing that a file name may not, but for ':' on some systems.</summary>
    internal static string FileNameFor(string name, string id) => $"{(name.Length == 0 ? id : name.Replace(':', '_'))}.raw";
}
