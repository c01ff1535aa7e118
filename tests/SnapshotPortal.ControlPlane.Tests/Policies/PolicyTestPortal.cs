using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Policies;

namespace SnapshotPortal.ControlPlane.Tests.Policies;

/// <summary>What tests of policies do with a portal.</summary>
internal static class PolicyTestPortal
{
    private static readonly IReadOnlyList<string> EachHour = [.. Enumerable.Range(0, 24).Select(hour => $"{hour}")];
    private static readonly IReadOnlyList<string> EachDay = [.. Enumerable.Range(1, 7).Select(day => $"{day}")];

    /// <summary>A policy that is due each full hour.</summary>
    public static async Task<string> CreatePolicyAsync(this TestPortal portal, int retentionDays = 7)
        => (await portal.RunAsync(new CreateAutoSnapshotPolicy("local-1", EachHour, EachDay, retentionDays) { TimeZone = "UTC" })).AutoSnapshotPolicyId;

    public static Task ApplyAsync(this TestPortal portal, string policyId, params string[] diskIds)
        => portal.RunAsync(new ApplyAutoSnapshotPolicy(policyId, "local-1", diskIds));

    public static Task ModifyAsync(this TestPortal portal, string policyId, bool enabled)
        => portal.RunAsync(new ModifyAutoSnapshotPolicyEx(policyId, "local-1") { Enabled = enabled });

    public static async Task<AutoSnapshotPolicyInfo> PolicyAsync(this TestPortal portal, string policyId)
        => Assert.Single((await portal.RunAsync(new DescribeAutoSnapshotPolicyEx { AutoSnapshotPolicyId = policyId })).AutoSnapshotPolicies);

    /// <summary>Sets the clock to so long after the policy's next slot, which it returns.</summary>
    public static async Task<DateTimeOffset> GoToNextRunAsync(this TestPortal portal, string policyId, TimeSpan later)
    {
        var slot = (await portal.PolicyAsync(policyId)).NextRunTime!.Value;
        portal.Time.Shift += slot + later - portal.Time.GetUtcNow() + TimeSpan.FromMilliseconds(1);
        return slot;
    }

    /// <summary>What Quartz does each minute.</summary>
    public static Task TakeDueAsync(this TestPortal portal) => portal.Services.GetRequiredService<TakeDueSnapshots>().RunAsync(CancellationToken.None);

    /// <summary>What Quartz does each five minutes.</summary>
    public static Task ExpireAsync(this TestPortal portal) => portal.Services.GetRequiredService<ExpireSnapshots>().RunAsync(CancellationToken.None);

    /// <summary>A disk with content that an instance uses.</summary>
    public static async Task<string> CreateAttachedDiskAsync(this TestPortal portal)
    {
        var diskId = await portal.CreateDiskAsync();
        await portal.UploadAsync(diskId, Images.Random(1, 4096));
        await portal.AttachAsync(diskId);
        return diskId;
    }

    public static Task AttachAsync(this TestPortal portal, string diskId, bool isUsed = true) => portal.SetAsync(diskId, DiskStatus.InUse, isUsed);

    public static Task DetachAsync(this TestPortal portal, string diskId) => portal.SetAsync(diskId, DiskStatus.Available, isUsed: true);

    private static async Task SetAsync(this TestPortal portal, string diskId, string status, bool isUsed)
    {
        await using var scope = portal.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
        var disk = await db.Disks.SingleAsync(each => each.Id == diskId);
        (disk.Status, disk.HasBeenUsed) = (status, isUsed);
        await db.SaveChangesAsync();
    }
}
