using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Snapshots;

/// <summary>What snapshots refuse (SPEC 4.1, 4.4, 7.1).</summary>
internal static class SnapshotErrors
{
    public static readonly OperationError NotFound = new("InvalidSnapshotId.NotFound", 404, "There is no such snapshot in this account.", "Look at the list of snapshots again; it may have been deleted.");

    public static readonly OperationError NotReady = new("InvalidSnapshotId.NotReady", 403, "The snapshot is not accomplished yet.", "Wait until it is.");

    public static readonly OperationError NameMalformed = new("InvalidSnapshotName.Malformed", 400, "The snapshot's name is not valid.", "Use 2–128 characters: a letter first, then letters, digits, ':', '_', '.' and '-'; not auto, http:// or https:// at the start.");

    public static readonly OperationError DescriptionMalformed = new("InvalidDescription.Malformed", 404, "The description is not valid.", "Use 2–256 characters that do not begin with http:// or https://.");

    public static readonly OperationError RetentionMalformed = new("InvalidRetentionDays.Malformed", 400, "The retention is not a number of days from 1 to 65536.", "Give 1–65536 days, or nothing to keep the snapshot until it is deleted.");

    public static readonly OperationError RetentionDecreased = new("InvalidOperation.DecreaseRetentionDaysUnsupported", 400, "The retention may only grow.", "Give more days than now.");

    public static readonly OperationError CategoryAndInstantAccess = new("InvalidCategoryAndInstantAccess.Malformed", 403, "Category and InstantAccess cannot be given together.", "Give one of them.");

    public static readonly OperationError CategoryUnknown = new("InvalidSnapshotCategory.Malformed", 403, "There is no such category of snapshots.", "Choose Standard or Flash.");

    public static readonly OperationError InstantAccessDaysMalformed = new("InvalidInstantAccessRetentionDays.Malformed", 403, "InstantAccessRetentionDays is not 1–65535, or was given without InstantAccess.", "Give 1–65535 days together with InstantAccess, or leave it out.");

    public static readonly OperationError LocalNotForCategory = new("DiskCategory.OperationNotSupported", 400, "Only unencrypted disks of category cloud_essd can have local snapshots.", "Create a normal snapshot: leave Category and InstantAccess out.");

    public static readonly OperationError NeverUsed = new("IncorrectDiskStatus.NeverAttached", 403, "The disk was never attached and no image was uploaded to it: there is nothing to snapshot.", "Upload an image to the disk first.");

    public static readonly OperationError DiskStatus = new("IncorrectDiskStatus", 403, "The disk is in a state that forbids this.", "Wait until it is available.");

    public static readonly OperationError OneAtATime = new("IncorrectDiskStatus.CreatingSnapshot", 403, "Another snapshot of this disk is being made, and its category allows one at a time.", "Wait until that is accomplished.");

    public static readonly OperationError TooManyAtATime = new("QuotaExceed.ConcurrentSnapshotQuota", 403, "Ten snapshots of this disk are being made already.", "Wait until one of them is accomplished.");

    public static readonly OperationError CreatedDisk = new("SnapshotCreatedDisk", 403, "Disks were made from this snapshot.", "Delete it with Force=true; those disks keep their data.");

    public static readonly OperationError NothingToModify = new("NoAttributeToModify", 400, "Nothing was given to change.", "Give a name, a description or a retention.");

    public static readonly OperationError TypeFilterUnknown = new("InvalidSnapshotType.NotFound", 404, "There is no such type of snapshots.", "Choose auto, user or all.");

    public static readonly OperationError StatusFilterUnknown = new("InvalidStatus.NotFound", 404, "There is no such status of snapshots.", "Choose progressing, accomplished, failed or all.");

    public static readonly OperationError UsageFilterUnknown = new("InvalidUsage", 404, "There is no such usage of snapshots.", "Choose disk, image, image_disk or none.");

    public static readonly OperationError DiskTypeFilterUnknown = new("InvalidSourceDiskType", 404, "There is no such type of disks.", "Choose system or data.");

    public static readonly OperationError TooManyIds = new("InvalidSnapshotIds.Malformed", 403, "The list of snapshot ids is longer than 100.", "Ask for at most 100 snapshots.");

    public static readonly OperationError TooManyDiskIds = new("InvalidDiskIds", 400, "The list of disk ids is longer than 100.", "Ask for at most 100 disks.");

    public static readonly OperationError TooManyLinkIds = new("InvalidSnapshotLinkIds", 400, "The list of chain ids is longer than 100.", "Ask for at most 100 chains.");

    public static OperationError CreatedImage(string imageId, string imageName)
        => new("SnapshotCreatedImage", 403, $"The image {imageName} ({imageId}) uses this snapshot.", "Delete the image first; Force does not help.");

    public static OperationError LocalElsewhere(string zoneId)
        => new("OperationDenied.SnapshotNotAllowed", 403, $"A local snapshot lies in the storage of its zone, {zoneId}; disks made from it lie there too.", $"Choose {zoneId}, or make a normal snapshot of it first.");

    public static OperationError LocalQuota(int max)
        => new("QuotaExceed.Snapshot", 403, $"The disk has {max} local snapshots, as many as it may have.", "Delete one, make a normal snapshot of one, or take a normal snapshot.");

    public static OperationError Quota(int max)
        => new("QuotaExceed.Snapshot", 403, $"The disk has {max} snapshots, as many as it may have.", "Delete one that is not needed any more.");
}
