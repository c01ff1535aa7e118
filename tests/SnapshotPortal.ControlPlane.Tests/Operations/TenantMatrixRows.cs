using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Exports;
using SnapshotPortal.ControlPlane.Images;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Metering;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Policies;
using SnapshotPortal.ControlPlane.Quotas;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.ControlPlane.Tests.Operations;

/// <summary>
/// One row for every operation: the request that asks for what is at a place. A new operation gets its line here; a new kind of
/// resource gets a member of <see cref="TenantPlace"/>, made in <c>TenantPlace.MakeAsync</c>.
/// </summary>
internal static class TenantMatrixRows
{
    private const string Region = "local-1";
    private static readonly DateTimeOffset Hour = DateTimeOffset.UtcNow.AddHours(-1);

    public static readonly IReadOnlyDictionary<Type, Func<TenantPlace, object>> All = new Func<TenantPlace, object>[]
    {
        at => new AbortDiskUpload(at.Upload),
        at => new AcceptInvitation(at.InvitationToken),
        _ => new AddMember("nobody@example.com", AccountRole.Viewer),
        at => new ApplyAutoSnapshotPolicy(at.Policy, Region, [at.Disk]),
        at => new AttachDisk(at.Disk, at.Instance),
        at => new CancelAutoSnapshotPolicy(Region, [at.Disk]),
        at => new CancelJob(at.Job),
        at => new CancelTask(Region, at.Job),
        at => new ChangeMemberRole(at.User, AccountRole.Viewer),
        at => new CompleteDiskUpload(at.Upload),
        at => new ConnectInstance(at.Instance),
        _ => new CreateAccessKey("matrix"),
        _ => new CreateAccount("x"),
        _ => new CreateAutoSnapshotPolicy(Region, ["0"], ["1"]),
        at => new CreateDisk(Region, "local-1a") { SnapshotId = at.Snapshot, DiskCategory = "cloud_essd", PerformanceLevel = "PL0" },
        at => new CreateDiskUpload(at.Disk, 4096),
        at => new CreateImage(Region) { SnapshotId = at.Snapshot },
        at => new CreateInstance(Region, "ecs.g7.large") { ImageId = at.Image },
        _ => new CreateInvitation(AccountRole.Viewer),
        _ => new CreatePrice(-1, -1),
        at => new CreateSnapshot(at.Disk),
        at => new CreateStoragePlan(at.Account, Region, "matrix", 1),
        _ => new CreateUser("nobody"),
        at => new DeleteAccessKey(at.AccessKey),
        at => new DeleteAutoSnapshotPolicy(at.Policy, Region),
        at => new DeleteDisk(at.Disk),
        at => new DeleteImage(at.Image, Region),
        at => new DeleteInstance(at.Instance),
        at => new DeleteInstances(Region, [at.Instance]),
        at => new DeleteInvitation(at.Invitation),
        _ => new DeletePrice("pr-none"),
        at => new DeleteSnapshot(at.Snapshot),
        _ => new DescribeAccessKeys(),
        _ => new DescribeAccountAttributes(Region),
        _ => new DescribeAccounts(),
        _ => new DescribeApiCalls(),
        _ => new DescribeAuditTrail(),
        at => new DescribeAutoSnapshotPolicyAssociations { DiskId = at.Disk },
        at => new DescribeAutoSnapshotPolicyEx { AutoSnapshotPolicyId = at.Policy },
        _ => new DescribeAvailableResource(Region, "Disk"),
        at => new DescribeDiskUpload(at.Upload),
        at => new DescribeDisks { DiskIds = [at.Disk] },
        at => new DescribeExports([at.Disk]),
        at => new DescribeImages { RegionId = Region, ImageId = at.Image },
        at => new DescribeInstanceStatus(Region) { InstanceId = [at.Instance] },
        _ => new DescribeInstanceTypes(),
        at => new DescribeInstances { InstanceIds = [at.Instance] },
        at => new DescribeInvitation(at.InvitationToken),
        _ => new DescribeInvitations(),
        at => new DescribeJobs { JobIds = [at.Job] },
        _ => new DescribeMembers(),
        _ => new DescribeMyAccounts(),
        at => new DescribePortalAuditTrail { ResourceId = at.Disk },
        at => new DescribePolicyRuns { DiskId = at.Disk },
        _ => new DescribePrices(),
        _ => new DescribeProtection(),
        _ => new DescribeQuotas(),
        at => new DescribeQuotasOfAccount(at.Account),
        _ => new DescribeRegions(),
        at => new DescribeRollBack(at.Disk) { SnapshotId = at.Snapshot },
        at => new DescribeRollBacks(at.Disk),
        at => new DescribeSnapshotLinks(Region) { DiskIds = [at.Disk] },
        _ => new DescribeSnapshotMonitorData(Region, Hour, Hour.AddMinutes(30)),
        _ => new DescribeSnapshotPackage(),
        at => new DescribeSnapshots { SnapshotIds = [at.Snapshot] },
        _ => new DescribeSnapshotsUsage(),
        _ => new DescribeStoragePlans(),
        at => new DescribeTaskAttribute(Region, at.Job),
        at => new DescribeTasks(Region) { TaskIds = [at.Job] },
        _ => new DescribeUsage(),
        _ => new DescribeUsageHours(),
        _ => new DescribeUsageOfAccounts(),
        _ => new DescribeUsers(),
        _ => new DescribeZones(Region),
        at => new DetachDisk(at.Disk, at.Instance),
        _ => new EndStoragePlan("pp-none"),
        at => new JoinPortal(at.InvitationToken, "nobody", "quite a long password"),
        at => new ListTagResources(Region, "disk") { ResourceId = [at.Disk] },
        at => new ModifyAccessKey(at.AccessKey, IsActive: true),
        at => new ModifyAutoSnapshotPolicyEx(at.Policy, Region) { RetentionDays = 3 },
        at => new ModifyDiskAttribute(at.Disk) { DiskName = "matrix" },
        at => new ModifyDiskSpec(at.Disk) { PerformanceLevel = "PL1" },
        at => new ModifyImageAttribute(at.Image, Region) { Description = "matrix" },
        at => new ModifyInstanceAttribute(at.Instance) { InstanceName = "matrix" },
        at => new ModifyQuota(at.Account, QuotaKind.TagsPerResource) { Limit = 20 },
        at => new ModifySnapshotAttribute(at.Snapshot) { SnapshotName = "matrix" },
        at => new OpenDiskContent(at.Disk),
        at => new OpenSnapshotContent(at.Snapshot),
        _ => new PreviewSchedule(["0"], ["1"], "UTC"),
        at => new PutDiskUploadPart(at.Upload, 1, new string('0', 64), new byte[4096]),
        at => new ReInitDisk(at.Disk),
        at => new RebootInstance(at.Instance),
        at => new RemoveExpiredSnapshots(at.Disk),
        at => new RemoveMember(at.User),
        at => new ResetDisk(at.Disk, at.Snapshot),
        at => new ResetDisks(Region) { Disk = [new(at.Disk, at.Snapshot)] },
        at => new ResetUserPassword(at.User),
        at => new ResizeDisk(at.Disk, 2),
        at => new ResumeMember(at.User),
        at => new ResumeUser(at.User),
        at => new RetryJob(at.Job),
        at => new RunInstances(Region) { ImageId = at.Image, InstanceType = "ecs.g7.large" },
        at => new ServeSnapshot(at.Snapshot),
        _ => new SetUpPortal("no", "nobody@example.com", "quite a long password"),
        at => new StartInstance(at.Instance),
        at => new StartInstances(Region, [at.Instance]),
        at => new StopInstance(at.Instance),
        at => new StopInstances(Region, [at.Instance]),
        at => new StopServingSnapshot(at.Snapshot),
        at => new SuspendMember(at.User),
        at => new SuspendUser(at.User),
        at => new TagResources(Region, "disk") { ResourceId = [at.Disk], Tag = [new("matrix", "1")] },
        _ => new TakePolicySnapshot("pr-none"),
        at => new UndoResetDisk(at.Disk, "rb-none"),
        at => new UntagResources(Region, "disk") { ResourceId = [at.Disk], All = true },
        _ => new VerifyAuditTrail(),
    }.ToDictionary(row => row(TenantPlace.Missing).GetType());
}
