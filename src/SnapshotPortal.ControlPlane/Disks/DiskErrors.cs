using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Disks;

/// <summary>What disks and uploads refuse (SPEC 4.5, 7.5).</summary>
internal static class DiskErrors
{
    public static readonly OperationError NotFound = new("InvalidDiskId.NotFound", 404, "There is no such disk in this account.", "Look at the list of disks again; it may have been deleted.");

    public static readonly OperationError NameMalformed = new("InvalidDiskName.Malformed", 400, "The disk's name is not valid.", "Use 2–128 characters: a letter first, then letters, digits, ':', '_', '.' and '-'; not http:// or https:// at the start.");

    public static readonly OperationError DescriptionMalformed = new("InvalidDescription.Malformed", 400, "The description is not valid.", "Use 2–256 characters that do not begin with http:// or https://.");

    public static readonly OperationError CategoryUnknown = new("InvalidDiskCategory.NotSupported", 400, "There is no such category of disks here.", "Choose one that DescribeZones lists for the zone.");

    public static readonly OperationError LevelUnknown = new("InvalidPerformanceLevel.Malformed", 400, "There is no such performance level.", "Choose PL0, PL1, PL2 or PL3.");

    public static readonly OperationError LevelNotForCategory = new("InvalidPerformanceLevel.ValueNotSupported", 400, "Only disks of category cloud_essd have a performance level.", "Leave PerformanceLevel out, or choose cloud_essd.");

    public static readonly OperationError ProvisionedIopsNotForCategory = new("ProvisionedIopsForDiskCategoryUnsupported", 400, "Only disks of category cloud_auto can be given more requests per second.", "Leave ProvisionedIops out, or choose cloud_auto.");

    public static readonly OperationError CategoryNotToChangeTo = new("InvalidDiskCategory.ValueNotSupported", 400, "A disk cannot become one of this category.", "Choose cloud_essd, cloud_auto, cloud_essd_entry, cloud_ssd or cloud_efficiency.");

    public static readonly OperationError LevelMismatch = new("InvalidPerformanceLevelParam.Mismatch", 400, "Only disks of category cloud_essd have a performance level.", "Leave PerformanceLevel out, or choose cloud_essd.");

    public static readonly OperationError HasLocalSnapshots = new("DiskHasFlashSnapshot", 403, "The disk has local snapshots, and those belong to its category.", "Delete them, or make normal snapshots of them, first.");

    public static readonly OperationError NoChange = new("NoChangeInDiskCategoryAndPerformanceLevel", 403, "The disk is of that category and performance level already.", "Choose another one.");

    public static readonly OperationError SizeMissing = new("MissingParameter", 400, "Size is mandatory for an empty disk.", "Give Size in GiB.");

    public static readonly OperationError EncryptedUnsupported = new("InvalidParameter.EncryptedNotSupported", 400, "This installation has no key to encrypt with.", "Create the disk without encryption, or have the administrator configure a key-encryption key.");

    public static readonly OperationError LocalNotToEncrypt = new("InvalidEncrypted.NotMatchSnapshot", 400, "A disk made from a local snapshot is not encrypted, as that is not.", "Leave Encrypted out, or make a normal snapshot of the local one first.");

    public static readonly OperationError KeyUnknown = new("InvalidParameter.KMSKeyId.NotFound", 404, "There is no such key.", "Leave KMSKeyId out: the region's own key is used.");

    public static readonly OperationError KeyWithoutEncryption = new("InvalidEncrypted.NotMatchKmsKeyId", 400, "A key was given for a disk that is not to be encrypted.", "Leave KMSKeyId out, or ask for encryption.");

    public static readonly OperationError KeyNotOfSnapshot = new("InvalidKmsKeyId.NotMatchSnapshot", 400, "The snapshot is encrypted under another key.", "Leave KMSKeyId out: the disk has the key of its snapshot.");

    public static readonly OperationError StatusFilterUnknown = new("InvalidStatus.ValueNotSupported", 400, "There is no such status of disks.", "Choose In_use, Available, Attaching, Detaching, Creating, ReIniting or All.");

    public static readonly OperationError CategoryFilterUnknown = new("InvalidCategory.ValueNotSupported", 400, "There is no such category of disks.", "Choose one that DescribeZones lists, or all.");

    public static readonly OperationError TypeFilterUnknown = new("InvalidDiskType.ValueNotSupported", 400, "There is no such type of disks.", "Choose system, data or all.");

    public static readonly OperationError TooManyIds = new("InvalidDiskIds.Malformed", 403, "The list of disk ids is longer than 100.", "Ask for at most 100 disks.");

    public static readonly OperationError NoDiskId = new("MissingParameter.DiskIdOrDiskIds", 400, "Neither DiskId nor DiskIds was given.", "Give one disk, or a list of up to 100.");

    public static readonly OperationError DiskIdAndDiskIds = new("ParameterConflict.DiskIdAndDiskIds", 400, "DiskId and DiskIds cannot be given together.", "Give one of them.");

    public static readonly OperationError NothingToModify = new("NoAttributeToModify", 400, "Nothing was given to change.", "Give a name, a description or a switch.");

    public static readonly OperationError BeingMade = new("IncorrectDiskStatus.Initializing", 403, "The disk is still being made.", "Wait until it is available, or cancel its task.");

    public static readonly OperationError Attached = new("DiskStillAttached", 403, "The disk is attached to an instance.", "Detach it first.");

    public static readonly OperationError AttachedUpload = new("IncorrectDiskStatus", 403, "The disk is attached to an instance, and two must not write to it at once.", "Detach it first, or write to it through its instance.");

    public static readonly OperationError InUse = new("InvalidDisk.InUse", 404, "The disk is attached to an instance already.", "Detach it there first.");

    public static readonly OperationError NotAvailable = new("IncorrectDiskStatus", 403, "The disk is in a state that forbids this.", "Wait until it is available.");

    public static readonly OperationError Detached = new("InvalidDisk.AlreadyDetached", 404, "The disk is not attached.", "There is nothing left to do.");

    public static readonly OperationError AttachedElsewhere = new("DependencyViolation", 403, "The disk is not attached to this instance.", "Give the instance that it is attached to.");

    public static readonly OperationError OtherZone = new("ResourcesNotInSameZone", 403, "The disk and the instance lie in different zones.", "Choose an instance in the disk's zone, or make a disk of a snapshot in the instance's zone.");

    public static readonly OperationError DeviceMalformed = new("InvalidDevice.Malformed", 400, "The device is not valid.", "Leave it out, or give /dev/xvdb to /dev/xvdz.");

    public static readonly OperationError DeviceInUse = new("InvalidDevice.InUse", 403, "The instance has a disk at this device already.", "Leave the device out, or give another one.");

    public static readonly OperationError TooManyAttached = new("InstanceDiskLimitExceeded", 403, "The instance has as many disks as its type can have.", "Detach one of them first.");

    public static readonly OperationError NotBootable = new("InvalidDisk.DiskNotBootable", 400, "The disk is no system disk.", "Leave Bootable out to attach it as a data disk.");

    public static readonly OperationError NotOriginInstance = new("InvalidInstance.NotOriginInstance", 400, "A system disk can only boot the instance that it was made for.", "Leave Bootable out to attach it as a data disk.");

    public static readonly OperationError CreatingSnapshot = new("DiskCreatingSnapshot", 403, "A snapshot of the disk is still being made.", "Wait until it is accomplished, or delete that snapshot.");

    public static readonly OperationError UnfinishedSnapshot = new("IncorrectDiskStatus.HasUnfinishedSnapshot", 403, "A snapshot of the disk is still being made.", "Wait until it is accomplished, or delete that snapshot.");

    public static readonly OperationError SnapshotOfOther = new("InvalidParameter.Mismatch", 403, "The snapshot was not taken from this disk.", "Choose a snapshot of the disk itself, or make a new disk from this one.");

    public static readonly OperationError IncorrectStatus = new("IncorrectDiskStatus", 403, "The disk is in a state that forbids this.", "Wait until it is available or in use.");

    public static readonly OperationError NotInUse = new("IncorrectDiskStatus", 403, "The disk is not attached to an instance.", "Attach it first; a detached disk can be rolled back to a snapshot instead.");

    public static readonly OperationError LocalSnapshotsForbidReInit = new("DiskHasSnapshotsWithInstantAccessEnabled.OperationNotSupported", 400, "The disk has local snapshots, and with them it cannot be re-initialised.", "Make normal snapshots of them, or delete them.");

    public static readonly OperationError RollBackNotFound = new("InvalidRollBackId.NotFound", 404, "There is no such roll back of this disk.", "Look at the disk's chain again.");

    public static readonly OperationError RollBackGone = new("OperationDenied", 403, "The state before this roll back is not kept any more.", "Roll back to a snapshot instead.");

    public static readonly OperationError ResizeTypeUnknown = new("InvalidParam.Type", 400, "There is no such way to resize.", "Choose offline or online.");

    public static readonly OperationError Uploading = new("IncorrectDiskStatus", 403, "An image is being uploaded to the disk.", "Wait for the upload, or abort it first.");

    public static readonly OperationError UploadNotFound = new("InvalidUploadId.NotFound", 404, "There is no such upload in this account.", "Begin a new upload.");

    public static readonly OperationError UploadClosed = new("IncorrectUploadStatus", 409, "The upload has ended.", "Begin a new upload.");

    public static readonly OperationError UploadEmpty = new("InvalidUploadSize.TooSmall", 400, "The image is empty.", "Choose a raw image of at least one byte.");

    public static readonly OperationError UploadTextTooLong = new("InvalidParameter", 400, "The file name or fingerprint is too long.", "Use at most 255 characters for the name and 128 for the fingerprint.");

    public static readonly OperationError PartHashMalformed = new("InvalidPartHash.Malformed", 400, "The hash of the part is not 64 hexadecimal digits.", "Send the SHA-256 of the part.");

    public static readonly OperationError PartHashMismatch = new("PartHashMismatch", 400, "The part does not have the hash that was sent with it; nothing was written.", "It was damaged on its way: send it again.");

    public static readonly OperationError CategoryNotForLocal = new("InvalidDiskCategory.ConflictSnapshotCategory", 400, "Disks made from a local snapshot are of the ESSD family.", "Choose cloud_essd, cloud_auto, cloud_essd_entry or cloud_regional_disk_auto.");

    public static OperationError SizeBelowLocal(int sizeGiB)
        => new("InvalidDiskSize.TooSmall", 403, $"The disk is smaller than the local snapshot, which has {sizeGiB} GiB.", $"Choose at least {sizeGiB} GiB.");

    public static OperationError ImageGone(string imageId)
        => new("OperationDenied", 403, $"The image {imageId} that the disk was made from was deleted.", "Roll the disk back to one of its snapshots instead.");

    public static OperationError SourceSnapshotGone(string snapshotId)
        => new("InvalidSourceSnapshot", 403, $"The snapshot {snapshotId} that the disk was made from is not there any more.", "Roll the disk back to one of its own snapshots instead.");

    public static OperationError NotLarger(int sizeGiB)
        => new("InvalidDiskSize.TooSmall", 403, $"Disks only grow, and this one has {sizeGiB} GiB.", $"Choose more than {sizeGiB} GiB.");

    public static OperationError TooLarge(int maxGiB, string category)
        => new("InvalidDiskSize.TooLarge", 403, $"The largest {category} has {maxGiB} GiB.", $"Choose at most {maxGiB} GiB.");

    public static OperationError SizeOutOfRange(int min, int max, string category)
        => new("InvalidDiskSize.NotSupported", 400, $"The size is outside the range of {category}: {min}–{max} GiB.", "Choose a size inside the range, or another category.");

    public static OperationError ProvisionedIopsTooMany(int max)
        => new("InvalidProvisionedIops.LimitExceed", 400, $"A disk of this size can be given 0–{max} requests per second beyond its baseline.", "Give fewer, or a larger disk.");

    public static OperationError SizeNotForLevel(int min, int max, string category)
        => new("OperationDenied.PerformanceLevelNotMatch", 403, $"The disk's size is outside the range of {category}: {min}–{max} GiB.", "Choose a category that allows its size, or resize the disk first.");

    public static OperationError UploadTooLarge(long imageBytes, long diskBytes)
        => new("InvalidUploadSize.TooLarge", 400, $"The image has {imageBytes} bytes, the disk only {diskBytes}.", "Create a larger disk, or upload a smaller image.");

    public static OperationError PartNumberUnknown(int parts)
        => new("InvalidPartNumber", 400, $"There is no such part; they are numbered 1–{parts}.", "Cut the image into parts as CreateDiskUpload answered.");

    public static OperationError PartLengthWrong(int expected, int got)
        => new("InvalidPartSize", 400, $"The part has {got} bytes instead of {expected}; nothing was written.", "It was cut short on its way: send it again.");

    public static OperationError PartsMissing(int count)
        => new("UploadIncomplete", 409, $"{count} parts of the image have not come yet.", "Send them, then complete the upload.");
}
