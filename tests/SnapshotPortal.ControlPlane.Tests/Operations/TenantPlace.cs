using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Images;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Policies;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane.Tests.Operations;

/// <summary>What there is in an account, one of each kind; or ids that nothing has.</summary>
internal sealed record TenantPlace
{
    public static readonly TenantPlace Missing = new()
    {
        Account = "a-missing",
        Disk = "d-missing",
        Snapshot = "s-missing",
        Job = "t-missing",
        Upload = "u-missing",
        Instance = "i-missing",
        Image = "m-missing",
        User = "u-missing",
        Invitation = "inv-missing",
        InvitationToken = "missing",
        AccessKey = "LTAImissing",
        Policy = "sp-missing",
    };

    public required string Account { get; init; }

    public required string Disk { get; init; }

    public required string Snapshot { get; init; }

    public required string Job { get; init; }

    public required string Upload { get; init; }

    public required string Instance { get; init; }

    public required string Image { get; init; }

    /// <summary>A member who does nothing.</summary>
    public required string User { get; init; }

    public required string Invitation { get; init; }

    public required string InvitationToken { get; init; }

    public required string AccessKey { get; init; }

    public required string Policy { get; init; }

    /// <summary>Every text that tells of this place.</summary>
    public IEnumerable<string> Ids => [Account, Disk, Snapshot, Job, Upload, Instance, Image, User, Invitation, InvitationToken, AccessKey, Policy];

    public static async Task<TenantPlace> MakeAsync(TestPortal portal, Caller owner, Caller administrator)
    {
        var disk = await DiskAsync(portal, owner);
        var snapshot = await portal.RunAsync(new CreateSnapshot(disk), owner);
        var upload = await portal.RunAsync(new CreateDiskUpload(await DiskAsync(portal, owner), 4096), owner);
        var blank = (await portal.RunAsync(new DescribeImages { RegionId = "local-1", ImageOwnerAlias = "system" }, owner)).Images[0].ImageId;
        var instance = (await portal.RunAsync(new RunInstances("local-1") { ImageId = blank, InstanceType = "ecs.g7.large" }, owner)).InstanceIdSets[0];
        var email = $"idle-{owner.AccountId[2..8]}@example.com";
        var user = (await portal.RunAsync(new CreateUser(email), administrator)).UserId;
        await portal.RunAsync(new AddMember(email, AccountRole.Viewer), owner);
        var invitation = await portal.RunAsync(new CreateInvitation(AccountRole.Viewer) { Email = "somebody@example.com" }, owner);
        return new()
        {
            Account = owner.AccountId,
            Disk = disk,
            Snapshot = snapshot.SnapshotId,
            Job = snapshot.JobId!,
            Upload = upload.UploadId,
            Instance = instance,
            Image = await ImageAsync(portal, owner, instance),
            User = user,
            Invitation = invitation.InvitationId,
            InvitationToken = invitation.Token,
            AccessKey = (await portal.RunAsync(new CreateAccessKey("matrix-key"), owner)).AccessKeyId,
            Policy = (await portal.RunAsync(new CreateAutoSnapshotPolicy("local-1", ["0"], ["1"]), owner)).AutoSnapshotPolicyId,
        };
    }

    private static async Task<string> DiskAsync(TestPortal portal, Caller owner)
    {
        var disk = (await portal.RunAsync(new CreateDisk("local-1", "local-1a") { DiskCategory = "cloud_essd", PerformanceLevel = "PL0", Size = 1 }, owner)).DiskId;
        var image = Images.Random(1, 4096);
        var upload = await portal.RunAsync(new CreateDiskUpload(disk, image.Length), owner);
        await portal.RunAsync(new PutDiskUploadPart(upload.UploadId, 1, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(image)), image), owner);
        await portal.RunAsync(new CompleteDiskUpload(upload.UploadId), owner);
        return disk;
    }

    private static async Task<string> ImageAsync(TestPortal portal, Caller owner, string instance)
        => (await portal.RunAsync(new CreateImage("local-1") { InstanceId = instance, ImageName = "matrix-image" }, owner)).ImageId;
}
