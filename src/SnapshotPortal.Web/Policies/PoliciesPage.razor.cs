using System.Globalization;
using Microsoft.AspNetCore.Components;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Policies;

namespace SnapshotPortal.Web.Policies;

/// <summary>The policies of an account. Search, filter and page are in the address.</summary>
public sealed partial class PoliciesPage
{
    private const int RowsPerPage = 20;
    private DescribeAutoSnapshotPolicyExResult? policies;

    [SupplyParameterFromQuery(Name = "q")]
    private string? Search { get; set; }

    [SupplyParameterFromQuery(Name = "state")]
    private string? State { get; set; }

    [SupplyParameterFromQuery(Name = "page")]
    private int? Page { get; set; }

    private bool IsFiltered => !string.IsNullOrEmpty(Search) || !string.IsNullOrEmpty(State);

    private bool MayConfigure => Session.MayConfigurePolicies(Account);

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Policy or ResourceKind.Disk;

    protected override async Task LoadAsync() => policies = await RunAsync(new DescribeAutoSnapshotPolicyEx
    {
        Search = Search,
        Enabled = State switch { "enabled" => true, "disabled" => false, _ => null },
        PageNumber = Math.Max(1, Page ?? 1),
        PageSize = RowsPerPage,
    });

    private string Url(string? search = null, string? state = null, int page = 1) => PortalUrls.With(
        PortalUrls.Policies(Account), ("q", search ?? Search), ("state", state ?? State), ("page", page > 1 ? page.ToString(CultureInfo.InvariantCulture) : null));

    private void Go(string? search = null, string? state = null) => Navigation.NavigateTo(Url(search, state), replace: true);
}
