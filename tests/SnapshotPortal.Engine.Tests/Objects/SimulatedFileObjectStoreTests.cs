using SnapshotPortal.Engine.Objects;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Objects;

public sealed class SimulatedFileObjectStoreTests : ObjectStoreContract
{
    protected override IObjectStore Store { get; } = FileObjectStore.Open(new SimulatedFileSystem(1), "/data/store");
}
