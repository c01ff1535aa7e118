using SnapshotPortal.Engine.Objects;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Objects;

public sealed class MemoryObjectStoreTests : ObjectStoreContract
{
    protected override IObjectStore Store { get; } = new MemoryObjectStore();
}
