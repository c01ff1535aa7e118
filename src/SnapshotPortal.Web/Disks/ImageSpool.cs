using SnapshotPortal.ControlPlane;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ImageFormats;

namespace SnapshotPortal.Web.Disks;

/// <summary>
/// Images that have to be made as files before they can be sent. They lie beside the data and go when they are sent; what a
/// kill left goes when the first one of the next life is made.
/// </summary>
internal sealed class ImageSpool : IDisposable
{
    private const int MadeAtOnce = 2;

    private readonly SemaphoreSlim places = new(MadeAtOnce);
    private readonly string directory;

    public ImageSpool(PortalOptions options)
    {
        directory = Path.Combine(options.DataPath, "spool");
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
        Directory.CreateDirectory(directory);
    }

    /// <summary>Makes an image; its file goes when the stream is disposed of.</summary>
    public async Task<Stream> MakeAsync(OpenContent content, ImageFormat format, CancellationToken cancel)
    {
        await places.WaitAsync(cancel);
        try
        {
            var path = Path.Combine(directory, Path.GetRandomFileName());
            await ImageConversion.ExportAsync(content.Device, path, format, (_, _) => { }, cancel);
            return new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Options = FileOptions.DeleteOnClose | FileOptions.Asynchronous });
        }
        finally
        {
            places.Release();
        }
    }

    public void Dispose() => places.Dispose();
}
