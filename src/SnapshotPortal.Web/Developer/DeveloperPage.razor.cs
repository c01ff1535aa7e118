using SnapshotPortal.Api;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.Web.Developer;

/// <summary>What somebody needs who writes a client: where, how, what came of the last calls, what is supported.</summary>
public sealed partial class DeveloperPage(OperationRunner operations)
{
    private IReadOnlyList<ApiReferenceEntry> reference = [];
    private IReadOnlyList<string> regions = [];
    private int supported;
    private DescribeApiCallsResult? calls;

    private Uri Base => new(Navigation.BaseUri);

    private string Endpoint => Base.Authority;

    private string Protocol => Base.Scheme.ToUpperInvariant();

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.AccessKey;

    protected override void OnInitialized()
    {
        reference = ApiReference.Of(operations);
        supported = reference.Count(action => action.IsSupported);
    }

    protected override async Task LoadAsync()
    {
        regions = [.. (await RunAsync(new DescribeRegions())).Regions.Select(region => region.RegionId)];
        calls = await RunAsync(new DescribeApiCalls());
    }

    private static string Names(IEnumerable<ApiReferenceEntry> actions, bool supported)
        => string.Join(", ", actions.Where(action => action.IsSupported == supported).Select(action => action.Name).DefaultIfEmpty("–"));
}
