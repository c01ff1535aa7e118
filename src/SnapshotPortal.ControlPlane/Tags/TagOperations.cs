using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Tags;

internal static class TagOperations
{
    public static void Register(OperationTable table) => table
        .Add<TagResources, Done, TagResourcesHandler>(Access.Operator, Effect.Change, (request, _) => request.ResourceId is [var first, ..] ? first : null)
        .Add<UntagResources, Done, UntagResourcesHandler>(Access.Operator, Effect.Change, (request, _) => request.ResourceId is [var first, ..] ? first : null)
        .Add<ListTagResources, ListTagResourcesResult, ListTagResourcesHandler>(Access.Viewer, Effect.Read);
}
