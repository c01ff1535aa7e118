using Microsoft.AspNetCore.Components;
using Radzen;
using SnapshotPortal.ControlPlane.Images;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Web.Components;

namespace SnapshotPortal.Web.Images;

/// <summary>An image: what it is made of, what was made from it.</summary>
public sealed partial class ImagePage(DialogService dialogs)
{
    private ImageInfo? image;
    private OperationError? problem;
    private bool missing;

    [Parameter]
    public string ImageId { get; set; } = "";

    private bool IsOwn => string.Equals(image?.ImageOwnerAlias, "self", StringComparison.Ordinal);

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Image or ResourceKind.Instance or ResourceKind.Snapshot or ResourceKind.Job;

    protected override async Task LoadAsync()
    {
        var found = (await RunAsync(new DescribeImages { ImageId = ImageId, Status = "ALL" })).Images;
        missing = found.Count == 0;
        image = missing ? null : found[0];
    }

    private async Task WithdrawAsync()
    {
        try
        {
            problem = null;
            var status = string.Equals(image!.Status, ImageStatus.Available, StringComparison.Ordinal) ? ImageStatus.Deprecated : ImageStatus.Available;
            await RunAsync(new ModifyImageAttribute(ImageId, image.RegionId) { Status = status });
        }
        catch (OperationException refused)
        {
            problem = refused.Error;
        }
    }

    private async Task DeleteAsync()
    {
        var deleted = await dialogs.OpenAsync<DeleteImageDialog>(
            "Delete image", new() { [nameof(DeleteImageDialog.Account)] = Account, [nameof(DeleteImageDialog.Image)] = image }, PortalDialog.Narrow);
        if (deleted is true)
            Navigation.NavigateTo(PortalUrls.Images(Account));
    }
}
