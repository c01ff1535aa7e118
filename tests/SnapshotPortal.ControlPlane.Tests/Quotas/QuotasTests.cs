using SnapshotPortal.ControlPlane.Quotas;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Quotas;

public sealed class QuotasTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync(settings: new() { ["Portal:Quotas:ManualSnapshotsPerDisk"] = "2" });

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task Limit_of_an_account_holds_instead_of_the_installations_until_it_is_taken_back()
    {
        var disk = await UsedDiskAsync();
        await portal.RunAsync(new CreateSnapshot(disk));
        await portal.RunAsync(new ModifyQuota(portal.Owner.AccountId, QuotaKind.ManualSnapshotsPerDisk) { Limit = 1 });
        Assert.Equal("QuotaExceed.Snapshot", (await portal.RefusedAsync(new CreateSnapshot(disk))).Error.Code);
        await portal.RunAsync(new ModifyQuota(portal.Owner.AccountId, QuotaKind.ManualSnapshotsPerDisk));
        await portal.RunAsync(new CreateSnapshot(disk));
        Assert.Equal("QuotaExceed.Snapshot", (await portal.RefusedAsync(new CreateSnapshot(disk))).Error.Code);
    }

    [Fact]
    public async Task Use_is_told_of_the_disk_that_has_most_and_of_no_other_account()
    {
        var stranger = await portal.AddStrangerAsync();
        var (one, other) = (await UsedDiskAsync(), await UsedDiskAsync());
        await portal.RunAsync(new CreateSnapshot(one));
        await portal.RunAsync(new CreateSnapshot(other));
        await portal.RunAsync(new CreateSnapshot(other));
        Assert.Equal(new QuotaInfo(QuotaKind.ManualSnapshotsPerDisk, 2, 2, IsOverridden: false, 2, other), (await portal.RunAsync(new DescribeQuotas())).Quotas[0]);
        Assert.Equal(new QuotaInfo(QuotaKind.ManualSnapshotsPerDisk, 2, 2, IsOverridden: false, 0, null), (await portal.RunAsync(new DescribeQuotas(), stranger)).Quotas[0]);
        Assert.Equal(0, (await portal.RunAsync(new DescribeQuotasOfAccount(stranger.AccountId))).Quotas[0].Used);
    }

    [Fact]
    public async Task Defaults_are_those_of_the_profile()
        => Assert.Equal([2, 1000, 10, 100, 10, 100, 20], (await portal.RunAsync(new DescribeQuotas())).Quotas.Select(quota => quota.Limit));

    [Fact]
    public async Task Only_an_administrator_changes_limits_and_only_to_numbers_that_can_be()
    {
        var stranger = await portal.AddStrangerAsync();
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new ModifyQuota(stranger.AccountId, QuotaKind.TagsPerResource) { Limit = 5 }, stranger)).Error.Code);
        Assert.Equal("InvalidQuota.Malformed", (await portal.RefusedAsync(new ModifyQuota(stranger.AccountId, QuotaKind.TagsPerResource) { Limit = 0 })).Error.Code);
        Assert.Equal("InvalidAccountId.NotFound", (await portal.RefusedAsync(new ModifyQuota("a-none", QuotaKind.TagsPerResource) { Limit = 5 })).Error.Code);
        Assert.Equal("InvalidAccountId.NotFound", (await portal.RefusedAsync(new DescribeQuotasOfAccount("a-none"))).Error.Code);
    }

    [Fact]
    public async Task Account_attributes_tell_the_provisioned_capacity_by_zone_and_category()
    {
        await portal.CreateDiskAsync();
        await portal.CreateDiskAsync();
        var answer = await portal.RunAsync(new DescribeAccountAttributes("local-1") { AttributeName = ["used-postpaid-yundisk-capacity", "instance-network-type"] });
        Assert.Equal(["used-postpaid-yundisk-capacity", "instance-network-type"], answer.AccountAttributeItems.Select(item => item.AttributeName));
        Assert.Equal([new("2") { ZoneId = "local-1a", DiskCategory = "cloud_essd", Count = 2 }], answer.AccountAttributeItems[0].AttributeValues);
        Assert.Equal(15, (await portal.RunAsync(new DescribeAccountAttributes("local-2"))).AccountAttributeItems.Count);
        Assert.Equal(("Invalid.Parameter", 403), ErrorOf(await portal.RefusedAsync(new DescribeAccountAttributes("local-1") { AttributeName = ["max-unicorns"] })));
        Assert.Equal("InvalidRegionId.NotFound", (await portal.RefusedAsync(new DescribeAccountAttributes("nowhere"))).Error.Code);
    }

    private static (string, int) ErrorOf(SnapshotPortal.ControlPlane.Operations.OperationException refusal) => (refusal.Error.Code, refusal.Error.HttpStatus);

    private async Task<string> UsedDiskAsync()
    {
        var disk = await portal.CreateDiskAsync();
        await portal.UploadAsync(disk, Images.Random(1, 4096));
        return disk;
    }
}
