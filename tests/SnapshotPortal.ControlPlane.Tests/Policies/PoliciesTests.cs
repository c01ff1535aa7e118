using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Policies;

namespace SnapshotPortal.ControlPlane.Tests.Policies;

public sealed class PoliciesTests : IAsyncLifetime
{
    private static readonly CreateAutoSnapshotPolicy Nightly = new("local-1", ["1"], ["1", "3", "5"], 30) { AutoSnapshotPolicyName = "nightly", TimeZone = "Europe/Berlin" };
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync(settings: new()
    {
        ["Portal:Quotas:PoliciesPerRegion"] = "3",
        ["Portal:Quotas:PoliciesPerDisk"] = "2",
    });

    public async Task DisposeAsync() => await portal.DisposeAsync();

    private async Task RefusedAsync<TResult>(IOperation<TResult> request, string code, int status)
        where TResult : class
    {
        var refusal = await portal.RefusedAsync(request);
        Assert.Equal((code, status), (refusal.Error.Code, refusal.Error.HttpStatus));
    }

    private async Task<string> CreateAsync(CreateAutoSnapshotPolicy request) => (await portal.RunAsync(request)).AutoSnapshotPolicyId;

    [Fact]
    public async Task Policy_is_told_as_it_was_made()
    {
        var policy = await portal.PolicyAsync(await CreateAsync(Nightly));
        Assert.StartsWith("sp-", policy.AutoSnapshotPolicyId, StringComparison.Ordinal);
        Assert.Equal(("nightly", "local-1", """["1"]""", """["1","3","5"]""", 30), (policy.AutoSnapshotPolicyName, policy.RegionId, policy.TimePoints, policy.RepeatWeekdays, policy.RetentionDays));
        Assert.Equal(("Normal", "Custom", "AssociatedWithDisk", 0, 0, false, "[]"), (policy.Status, policy.Type, policy.AssociationType, policy.DiskNums, policy.VolumeNums, policy.EnableCrossRegionCopy, policy.TargetCopyRegions));
        Assert.Equal(("Europe/Berlin", true), (policy.TimeZone, policy.Enabled));
        var next = TimeZoneInfo.ConvertTime(policy.NextRunTime!.Value, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
        Assert.Equal((1, 0), (next.Hour, next.Minute));
        Assert.Contains(next.DayOfWeek, new[] { DayOfWeek.Monday, DayOfWeek.Wednesday, DayOfWeek.Friday });
        Assert.True(next > portal.Time.GetUtcNow());
    }

    [Fact]
    public async Task Without_a_time_zone_hours_are_those_of_the_installation()
        => Assert.Equal("Asia/Shanghai", (await portal.PolicyAsync(await CreateAsync(Nightly with { TimeZone = null }))).TimeZone);

    [Fact]
    public async Task What_breaks_a_rule_is_refused_with_the_code_of_ECS()
    {
        await RefusedAsync(Nightly with { RegionId = "nowhere" }, "InvalidRegionId.NotFound", 404);
        await RefusedAsync(Nightly with { AutoSnapshotPolicyName = "1st" }, "InvalidSnapshotPolicyName.Malformed", 400);
        await RefusedAsync(Nightly with { AutoSnapshotPolicyName = "http://x" }, "InvalidSnapshotPolicyName.Malformed", 400);
        foreach (var hours in new string[][] { [], ["24"], ["-1"], ["1", "1"], ["x"] }) await RefusedAsync(Nightly with { TimePoints = hours }, "ParameterInvalid", 403);
        foreach (var days in new string[][] { [], ["0"], ["8"] }) await RefusedAsync(Nightly with { RepeatWeekdays = days }, "ParameterInvalid", 403);
        foreach (var days in new[] { 0, -2, 65536 }) await RefusedAsync(Nightly with { RetentionDays = days }, "ParameterInvalid", 403);
        await RefusedAsync(Nightly with { TimeZone = "Mars/Olympus" }, "ParameterInvalid", 403);
        await RefusedAsync(Nightly with { AssociationType = "AssociatedWithInstanceTag" }, "ParameterInvalid", 403);
        await RefusedAsync(Nightly with { EnableCrossRegionCopy = true }, "InvalidParameter.TargetCopyRegions", 403);
        await RefusedAsync(new DescribeAutoSnapshotPolicyEx { RegionId = "nowhere" }, "InvalidRegionId.NotFound", 400);
        Assert.Equal(0, (await portal.RunAsync(new DescribeAutoSnapshotPolicyEx())).TotalCount);
        for (var number = 0; number < 3; number++) await CreateAsync(Nightly);
        await RefusedAsync(Nightly, "AutoSnapshotPolicy.QuotaExceed", 403);
        await CreateAsync(Nightly with { RegionId = "local-2" });
    }

    [Fact]
    public async Task Change_of_the_schedule_counts_at_once_and_only_what_is_given_changes()
    {
        var id = await CreateAsync(Nightly);
        var modify = new ModifyAutoSnapshotPolicyEx(id, "local-1");
        await RefusedAsync(modify, "ParameterInvalid", 403);
        await RefusedAsync(modify with { RegionId = "local-2", RetentionDays = 1 }, "ParameterInvalid", 404);
        await portal.RunAsync(modify with { TimePoints = ["4", "16"], RetentionDays = -1, TimeZone = "UTC" });
        var policy = await portal.PolicyAsync(id);
        Assert.Equal(("nightly", """["4","16"]""", """["1","3","5"]""", -1), (policy.AutoSnapshotPolicyName, policy.TimePoints, policy.RepeatWeekdays, policy.RetentionDays));
        Assert.Equal([4, 16], policy.Hours);
        Assert.Equal([1, 3, 5], policy.Weekdays);
        Assert.Contains(policy.NextRunTime!.Value.UtcDateTime.Hour, new[] { 4, 16 });
        await portal.RunAsync(modify with { RetentionDays = 65536, Enabled = false });
        Assert.Equal((65536, null), ((await portal.PolicyAsync(id)).RetentionDays, (await portal.PolicyAsync(id)).NextRunTime));
    }

    [Fact]
    public async Task Policy_is_applied_to_all_disks_or_to_none()
    {
        var id = await CreateAsync(Nightly);
        var (one, two, elsewhere) = (await portal.CreateDiskAsync(), await portal.CreateDiskAsync(), await CreateDiskElsewhereAsync());
        var apply = new ApplyAutoSnapshotPolicy(id, "local-1", [one, two]);
        await RefusedAsync(apply with { DiskIds = [one, "d-unknown"] }, "InvalidDiskId.NotFound", 404);
        await RefusedAsync(apply with { DiskIds = [one, elsewhere] }, "InvalidDiskId.NotFound", 404);
        await RefusedAsync(apply with { DiskIds = [] }, "ParameterInvalid", 403);
        await RefusedAsync(apply with { AutoSnapshotPolicyId = "sp-unknown" }, "InvalidAutoSnapshotPolicyId.NotFound", 400);
        Assert.Equal(0, (await portal.PolicyAsync(id)).DiskNums);

        await portal.RunAsync(apply);
        await portal.RunAsync(apply); // harmless
        Assert.Equal(2, (await portal.PolicyAsync(id)).DiskNums);
        Assert.Equal((id, true), ((await portal.DiskAsync(one)).AutoSnapshotPolicyId, (await portal.DiskAsync(one)).EnableAutomatedSnapshotPolicy));
        Assert.Equal(2, (await portal.RunAsync(new ControlPlane.Disks.DescribeDisks { AutoSnapshotPolicyId = id })).TotalCount);
        Assert.Equal(1, (await portal.RunAsync(new ControlPlane.Disks.DescribeDisks { EnableAutomatedSnapshotPolicy = false })).TotalCount);

        await portal.ApplyAsync(await CreateAsync(Nightly), one);
        var third = await CreateAsync(Nightly);
        await RefusedAsync(apply with { AutoSnapshotPolicyId = third }, "QuotaExceed.AppliedAutoSnapshotPolicyQuota", 403);
        Assert.Equal(0, (await portal.PolicyAsync(third)).DiskNums);
    }

    [Fact]
    public async Task Policy_is_taken_from_disks_by_name_where_there_are_several()
    {
        var (first, second) = (await CreateAsync(Nightly), await CreateAsync(Nightly));
        var (one, two) = (await portal.CreateDiskAsync(), await portal.CreateDiskAsync());
        await portal.ApplyAsync(first, one, two);
        await portal.ApplyAsync(second, one);
        var cancel = new CancelAutoSnapshotPolicy("local-1", [one, two]);
        await RefusedAsync(cancel, "OperationDenied.TooManyAutoSnapshotPolicies", 403);
        await RefusedAsync(cancel with { DiskIds = ["d-unknown"] }, "InvalidDiskId.NotFound", 404);
        await portal.RunAsync(cancel with { AutoSnapshotPolicyId = second });
        await portal.RunAsync(cancel);
        Assert.Equal((0, 0), ((await portal.PolicyAsync(first)).DiskNums, (await portal.PolicyAsync(second)).DiskNums));
    }

    [Fact]
    public async Task Associations_are_told_in_parts()
    {
        var id = await CreateAsync(Nightly);
        List<string> disks = [];
        for (var number = 0; number < 11; number++) disks.Add(await portal.CreateDiskAsync());
        await portal.RunAsync(new ApplyAutoSnapshotPolicy(id, "local-1", disks));
        var ask = new DescribeAutoSnapshotPolicyAssociations { RegionId = "local-1", MaxResults = 1 };
        var first = await portal.RunAsync(ask);
        var second = await portal.RunAsync(ask with { NextToken = first.NextToken });
        Assert.Equal((10, 1, null), (first.AutoSnapshotPolicyAssociations.Count, second.AutoSnapshotPolicyAssociations.Count, second.NextToken));
        Assert.Equal(disks.Order(StringComparer.Ordinal), first.AutoSnapshotPolicyAssociations.Concat(second.AutoSnapshotPolicyAssociations).Select(pair => pair.DiskId));
        Assert.Single((await portal.RunAsync(new DescribeAutoSnapshotPolicyAssociations { DiskId = disks[3] })).AutoSnapshotPolicyAssociations);
        Assert.Empty((await portal.RunAsync(new DescribeAutoSnapshotPolicyAssociations { RegionId = "local-2" })).AutoSnapshotPolicyAssociations);
        await RefusedAsync(ask with { NextToken = "!" }, "Invalid.NextToken", 400);
    }

    [Fact]
    public async Task Deleting_takes_the_policy_from_its_disks_and_an_unknown_id_is_a_success()
    {
        var id = await CreateAsync(Nightly);
        var disk = await portal.CreateDiskAsync();
        await portal.ApplyAsync(id, disk);
        await portal.RunAsync(new DeleteAutoSnapshotPolicy(id, "local-2"));
        Assert.Equal(1, (await portal.PolicyAsync(id)).DiskNums);
        await portal.RunAsync(new DeleteAutoSnapshotPolicy(id, "local-1"));
        await portal.RunAsync(new DeleteAutoSnapshotPolicy(id, "local-1"));
        Assert.Empty((await portal.RunAsync(new DescribeAutoSnapshotPolicyEx { AutoSnapshotPolicyId = id })).AutoSnapshotPolicies);
        Assert.Equal("", (await portal.DiskAsync(disk)).AutoSnapshotPolicyId);
    }

    [Fact]
    public async Task Owners_configure_and_administrators_who_are_members_and_others_look()
    {
        var id = await CreateAsync(Nightly);
        var member = await portal.AddMemberAsync(AccountRole.Operator);
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(Nightly, member)).Error.Code);
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new DeleteAutoSnapshotPolicy(id, "local-1"), member)).Error.Code);
        Assert.Equal(1, (await portal.RunAsync(new DescribeAutoSnapshotPolicyEx(), member)).TotalCount);

        await portal.RunAsync(new CreateUser("helper@example.com") { IsAdministrator = true });
        await portal.RunAsync(new AddMember("helper@example.com", AccountRole.Viewer));
        await portal.RunAsync(Nightly, await portal.CallerAsync("helper@example.com"));

        var stranger = await portal.AddStrangerAsync();
        Assert.Equal("ParameterInvalid", (await portal.RefusedAsync(new ModifyAutoSnapshotPolicyEx(id, "local-1") { RetentionDays = 1 }, stranger)).Error.Code);
        Assert.Equal(0, (await portal.RunAsync(new DescribeAutoSnapshotPolicyEx { AutoSnapshotPolicyId = id }, stranger)).TotalCount);
        await portal.RunAsync(new DeleteAutoSnapshotPolicy(id, "local-1"), stranger);
        await portal.PolicyAsync(id);
    }

    [Fact]
    public async Task Preview_tells_the_next_runs_on_the_clocks_of_the_zone()
    {
        var preview = await portal.RunAsync(new PreviewSchedule(["0", "12"], ["1", "2", "3", "4", "5", "6", "7"], "Asia/Kathmandu") { Count = 3 });
        Assert.Equal(3, preview.NextRuns.Count);
        Assert.All(preview.NextRuns, run => Assert.Equal((0, TimeSpan.FromMinutes(345)), (run.Hour % 12, run.Offset)));
        Assert.Equal([12d, 12d], preview.NextRuns.Zip(preview.NextRuns.Skip(1), (one, next) => (next - one).TotalHours));
    }

    private async Task<string> CreateDiskElsewhereAsync()
        => (await portal.RunAsync(new ControlPlane.Disks.CreateDisk("local-2", "local-2a") { Size = 5 })).DiskId;
}
