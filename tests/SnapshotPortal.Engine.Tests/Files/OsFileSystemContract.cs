using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Engine.Tests.Files;

/// <summary>The operating system's files keep the contract of every file system.</summary>
public sealed class OsFileSystemContract : FileSystemContract, IDisposable
{
    protected override IFileSystem Files => OsFileSystem.Instance;

    protected override string Root { get; } = Directory.CreateTempSubdirectory("snapshot-portal-").FullName;

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
