using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Images;

/// <summary>What images refuse (SPEC 2.11, 4.5, 7.6).</summary>
internal static class ImageErrors
{
    public static readonly OperationError NotFound = new("InvalidImageId.NotFound", 404, "There is no such image in this account and region.", "Look at the list of images again; it may have been deleted.");

    public static readonly OperationError NotUsable = new("IncorrectImageStatus", 400, "The image is not available.", "Wait until it is made, or choose another one.");

    public static readonly OperationError FamilyWithoutImage = new("InvalidImageFamily.MissingAvailableImage", 403, "No available image is of this family.", "Give an ImageId, or another family.");

    public static readonly OperationError NameMalformed = new("InvalidImageName.Malformed", 400, "The image's name is not valid.", "Use 2–128 characters: a letter first, then letters, digits, ':', '_', '.' and '-'; not aliyun or acs: at the start.");

    public static readonly OperationError NameTaken = new("InvalidImageName.Duplicated", 400, "Another image of this region has this name.", "Choose another name.");

    public static readonly OperationError FamilyMalformed = new("InvalidImageFamily.Malformed", 400, "The image family is not valid.", "Use 2–128 characters: a letter first, then letters, digits, ':', '_', '.' and '-'; not aliyun or acs: at the start.");

    public static readonly OperationError DescriptionMalformed = new("InvalidDescription.Malformed", 400, "The description is not valid.", "Use 2–256 characters that do not begin with http:// or https://.");

    public static readonly OperationError VersionMalformed = new("InvalidImageVersion.Malformed", 400, "The version is longer than 40 characters.", "Use a shorter text.");

    public static readonly OperationError PlatformMalformed = new("InvalidPlatform.Malformed", 400, "The platform is longer than 64 characters.", "Use a shorter text.");

    public static readonly OperationError ArchitectureUnknown = new("InvalidArchitecture.Malformed", 400, "There is no such architecture.", "Choose i386, x86_64 or arm64.");

    public static readonly OperationError BootModeUnknown = new("InvalidBootMode.NotSupport", 400, "There is no such boot mode.", "Choose BIOS, UEFI or UEFI-Preferred.");

    public static readonly OperationError NoSource = new("MissingParameter", 400, "Nothing was given to make the image from.", "Give InstanceId, DiskDeviceMapping or SnapshotId.");

    public static readonly OperationError NoSystemSnapshot = new("InvalidSystemSnapshot.Missing", 403, "An image needs exactly one snapshot of a system disk.", "Choose a snapshot whose disk is a system disk.");

    public static readonly OperationError LocalSnapshot = new("InvalidSnapshotCategory.NotSupportImageCreation", 403, "Images are not made of local snapshots.", "Make a normal snapshot of it first.");

    public static readonly OperationError DiskTypeUnknown = new("InvalidDiskType.ValueNotSupported", 400, "There is no such type of disks, or not for this snapshot.", "Choose system or data, as the snapshot's disk was.");

    public static readonly OperationError TooManyDisks = new("InvalidParameter.DiskType", 400, "An image has one system disk and at most 16 data disks.", "Leave some out.");

    public static readonly OperationError DiskTooSmall = new("InvalidSize.ValueNotSupported", 400, "The size is below that of the snapshot, or below 1 GiB.", "Leave Size out, or give a larger one.");

    public static readonly OperationError InstanceWithoutSystemDisk = new("InvalidInstance.NotFoundSystemDisk", 400, "The instance has no system disk.", "Attach its system disk again with Bootable=true.");

    public static readonly OperationError UsedByInstances = new("ImageUsingByInstance", 403, "Instances use the image.", "Send Force=true to delete it all the same; they go on, but their system disks cannot be re-initialised any more.");

    public static readonly OperationError Public = new("ImageIsPublic", 403, "The image belongs to the portal.", "Only images of your own can be changed or deleted.");

    public static readonly OperationError NotAvailable = new("ImageStatus.NotAvailable", 403, "Only an available image can be withdrawn.", "Wait until it is available.");

    public static readonly OperationError NotDeprecated = new("ImageStatus.NotDeprecated", 403, "The image is not withdrawn.", "There is nothing to bring back.");

    public static readonly OperationError NothingToModify = new("MissingParameter", 400, "Nothing was given to change.", "Give a name, a description, a family, a boot mode or a status.");

    public static readonly OperationError OwnerFilterUnknown = new("InvalidImageOwnerAlias.ValueNotSupported", 400, "There is no such owner of images.", "Choose system, self, others or marketplace.");

    public static readonly OperationError StatusFilterUnknown = new("InvalidStatus.ValueNotSupported", 400, "There is no such status of images.", "Choose Creating, Waiting, Available, UnAvailable, CreateFailed, Deprecated or ALL.");

    public static readonly OperationError UsageFilterUnknown = new("InvalidUsage", 404, "There is no such usage of images.", "Choose instance or none.");

    public static readonly OperationError SystemFilterUnknown = new("InvalidOSType", 404, "There is no such type of operating systems.", "Choose linux or windows.");

    public static readonly OperationError ArchitectureFilterUnknown = new("InvalidArchitecture", 404, "There is no such architecture.", "Choose i386, x86_64 or arm64.");

    public static readonly OperationError TooManyIds = new("InvalidParamter", 400, "The list of image ids is longer than 100.", "Ask for at most 100 images.");

    public static OperationError Quota(int max)
        => new("QuotaExceed.Image", 403, $"The account has {max} images in this region, as many as it may have.", "Delete one that is not needed any more.");
}
