using SnapshotPortal.Engine.Files;

namespace SnapshotPortal.Engine.Tests.Files;

/// <summary>The operating system's files keep the contract of every file system.</summary>
public sealed class OsFileSystemContract : FileSystemContract, IDisposable
{
    protected override IFileSystem Files => OsFileSystem.Instance;

    protected override string Root { get; } = Directory.CreateTempSubdirectory("snapshot-portal-").FullName;

    [Fact]
    public void A_refused_lock_names_the_process_that_holds_it()
    {
        using var held = Files.Lock($"{Root}/lock");
        var refusal = Assert.Throws<EngineException>(() => Files.Lock($"{Root}/lock"));
        Assert.Contains($"process {Environment.ProcessId}", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
