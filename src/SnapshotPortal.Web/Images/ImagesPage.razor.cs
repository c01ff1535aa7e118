using System.Globalization;
using Microsoft.AspNetCore.Components;
using Radzen;
using SnapshotPortal.ControlPlane.Images;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Web.Components;

namespace SnapshotPortal.Web.Images;

/// <summary>The images that an account can use: its own and those of the portal.</summary>
public sealed partial class ImagesPage(DialogService dialogs)
{
    private const int RowsPerPage = 20;
    private DescribeImagesResult? images;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Search { get; set; }

    [SupplyParameterFromQuery(Name = "owner")]
    private string? Owner { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? Page { get; set; }

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Image or ResourceKind.Instance or ResourceKind.Snapshot or ResourceKind.Job;

    protected override async Task LoadAsync() => images = await RunAsync(new DescribeImages
    {
        Status = "ALL",
        Search = Search,
        ImageOwnerAlias = Owner,
        PageNumber = Math.Max(1, Page ?? 1),
        PageSize = RowsPerPage,
    });

    private string Url(string? search = null, string? owner = null, int page = 1) => PortalUrls.With(
        PortalUrls.Images(Account), ("q", search ?? Search), ("owner", owner ?? Owner), ("page", page > 1 ? page.ToString(CultureInfo.InvariantCulture) : null));

    private void Go(string? search = null, string? owner = null) => Navigation.NavigateTo(Url(search, owner), replace: true);

    private async Task CreateAsync()
    {
        var made = await dialogs.OpenAsync<CreateImageDialog>("Create image", new() { [nameof(CreateImageDialog.Account)] = Account }, PortalDialog.Narrow);
        if (made is string imageId)
            Navigation.NavigateTo(PortalUrls.Image(Account, imageId));
    }
}
