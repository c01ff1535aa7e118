using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Images;

internal static class ImageOperations
{
    public static void Register(OperationTable table) => table
        .Add<CreateImage, CreateImageResult, CreateImageHandler>(Access.Operator, Effect.Change, (_, result) => result?.ImageId)
        .Add<DescribeImages, DescribeImagesResult, DescribeImagesHandler>(Access.Viewer, Effect.Read)
        .Add<ModifyImageAttribute, Done, ModifyImageAttributeHandler>(Access.Operator, Effect.Change, (request, _) => request.ImageId)
        .Add<DeleteImage, Done, DeleteImageHandler>(Access.Operator, Effect.Change, (request, _) => request.ImageId);
}
