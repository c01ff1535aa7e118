using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Engine.Log;

/// <summary>
/// Space that data never takes: what deletes, trims, checkpoints and closing need when all other is used. One allocated
/// file, let go when they find no room; data is taken again only once it is back.
/// </summary>
/// <remarks>
/// Without it a full pool could not be emptied: a delete is a record that has to be written before anything is free.
/// It holds one segment, and an eighth of one for tables. Changed by the log's leader only.
/// </remarks>
internal sealed class Reserve(IFileSystem files, string directory, long segmentBytes)
{
    public const string Name = "reserve";

    private readonly string path = $"{directory}/{Name}";
    private volatile bool isWhole;

    /// <summary>Whether all of it was there when it was last looked at. Any thread.</summary>
    public bool IsWhole => isWhole;

    /// <summary>Whether the space is there, or could be taken again now.</summary>
    public bool TryKeep()
    {
        if (isWhole) return true;
        try
        {
            using var file = files.Exists(path) ? files.Open(path) : files.Create(path);
            file.Allocate(segmentBytes + segmentBytes / 8);
            return isWhole = true;
        }
        catch (EngineException e) when (e.Fault == EngineFault.Full)
        {
            Release();
            return false;
        }
    }

    /// <summary>Refuses data where the space is not there.</summary>
    public void Require()
    {
        if (!TryKeep()) throw new EngineException(EngineFault.Full, $"No space is left for data in '{directory}'; what is left is kept for deleting and closing. Free some space in its file system, or delete snapshots or disks.");
    }

    /// <summary>Gives the space to whoever found none; false where it is given already.</summary>
    public bool Release()
    {
        if (!files.Exists(path)) return false;
        files.Delete(path);
        isWhole = false;
        return true;
    }
}
