using System.Globalization;
using Microsoft.AspNetCore.Components;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Policies;
using SnapshotPortal.ControlPlane.Quotas;
using SnapshotPortal.ControlPlane.Regions;

namespace SnapshotPortal.Web.Policies;

/// <summary>Creates a policy, or changes one, on one page that tells what it will do.</summary>
public sealed partial class PolicyForm(ReaderZone readerZone)
{
    private static readonly IReadOnlyList<string> KnownZones =
        [.. TimeZoneInfo.GetSystemTimeZones().Where(zone => zone.HasIanaId).Select(zone => zone.Id).Append("UTC").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private readonly HashSet<int> hours = [1];
    private readonly HashSet<int> weekdays = [1, 2, 3, 4, 5, 6, 7];
    private DescribeRegionsResult? regions;
    private AutoSnapshotPolicyInfo? edited;
    private IReadOnlyList<DateTimeOffset> nextRuns = [];
    private TimeZoneInfo reader = TimeZoneInfo.Utc;
    private string? name;
    private string regionId = "";
    private string timeZone = "UTC";
    private int days = 30;
    private bool keepForEver;
    private bool enabled = true;

    /// <summary>The policy to change; null: a new one.</summary>
    [Parameter]
    public string? PolicyId { get; set; }

    private int AutomaticMax { get; set; } = int.MaxValue;

    private string Title => PolicyId is null ? "Create policy" : "Edit policy";

    private bool MayConfigure => Session.MayConfigurePolicies(Account);

    private int RetentionDays => keepForEver ? -1 : days;

    private TimeZoneInfo Zone => TimeZoneInfo.FindSystemTimeZoneById(timeZone);

    private IEnumerable<string> ZoneIds => KnownZones.Contains(timeZone, StringComparer.Ordinal) ? KnownZones : [timeZone, .. KnownZones];

    /// <summary>Numbers as the operations take them.</summary>
    public static IReadOnlyList<string> Texts(IEnumerable<int> numbers) => [.. numbers.Order().Select(number => number.ToString(CultureInfo.InvariantCulture))];

    // What others do meanwhile must not change what is being typed.
    protected override bool Concerns(Change change) => false;

    protected override async Task LoadAsync()
    {
        reader = await readerZone.FindAsync();
        AutomaticMax = (await RunAsync(new DescribeQuotas())).Quotas.First(quota => quota.Kind == QuotaKind.AutomaticSnapshotsPerDisk).Limit;
        var found = await RunAsync(new DescribeRegions());
        (regionId, timeZone) = (found.Regions[0].RegionId, reader.Id);
        if (PolicyId is not null)
            Take((await RunAsync(new DescribeAutoSnapshotPolicyEx { AutoSnapshotPolicyId = PolicyId })).AutoSnapshotPolicies);
        regions = found;
        await PreviewAsync();
    }

    private void Take(IReadOnlyList<AutoSnapshotPolicyInfo> found)
    {
        if (found.Count == 0)
        {
            Navigation.NavigateTo(PortalUrls.Policy(Account, PolicyId!), replace: true); // which says that there is none
            return;
        }

        edited = found[0];
        (name, regionId, timeZone, enabled) = (edited.AutoSnapshotPolicyName, edited.RegionId, edited.TimeZone, edited.Enabled);
        (keepForEver, days) = (edited.RetentionDays < 0, edited.RetentionDays < 0 ? days : edited.RetentionDays);
        hours.Clear();
        hours.UnionWith(edited.Hours);
        weekdays.Clear();
        weekdays.UnionWith(edited.Weekdays);
    }

    private static List<int> Sorted(HashSet<int> numbers) => [.. numbers.Order()];

    private Task ToggleAsync(HashSet<int> numbers, int number)
    {
        if (!numbers.Remove(number))
            numbers.Add(number);
        return PreviewAsync();
    }

    private Task ChooseAsync(HashSet<int> numbers, IEnumerable<int> chosen)
    {
        numbers.Clear();
        numbers.UnionWith(chosen);
        return PreviewAsync();
    }

    private Task ChooseZoneAsync(ChangeEventArgs change)
    {
        timeZone = change.Value?.ToString() ?? timeZone;
        return PreviewAsync();
    }

    private async Task PreviewAsync() => nextRuns = hours.Count > 0 && weekdays.Count > 0
        ? (await RunAsync(new PreviewSchedule(Texts(hours), Texts(weekdays), timeZone))).NextRuns
        : [];

    private async Task SaveAsync()
    {
        var typed = string.IsNullOrWhiteSpace(name) ? null : name.Trim();
        if (PolicyId is not null)
        {
            await RunAsync(new ModifyAutoSnapshotPolicyEx(PolicyId, regionId)
            {
                AutoSnapshotPolicyName = typed ?? "",
                TimePoints = Texts(hours),
                RepeatWeekdays = Texts(weekdays),
                RetentionDays = RetentionDays,
                TimeZone = timeZone,
                Enabled = enabled,
            });
            Leave();
            return;
        }

        var made = await RunAsync(new CreateAutoSnapshotPolicy(regionId, Texts(hours), Texts(weekdays), RetentionDays)
        {
            AutoSnapshotPolicyName = typed,
            TimeZone = timeZone,
            Enabled = enabled,
        });
        Navigation.NavigateTo(PortalUrls.Policy(Account, made.AutoSnapshotPolicyId));
    }

    private void Leave() => Navigation.NavigateTo(PolicyId is null ? PortalUrls.Policies(Account) : PortalUrls.Policy(Account, PolicyId));
}
