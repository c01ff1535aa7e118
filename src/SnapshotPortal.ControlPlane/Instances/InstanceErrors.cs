using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>What instances refuse (SPEC 4.5, 7.7).</summary>
internal static class InstanceErrors
{
    public static readonly OperationError NotFound = new("InvalidInstanceId.NotFound", 404, "There is no such instance in this account.", "Look at the list of instances again; it may have been released.");

    public static readonly OperationError NotStopped = new("IncorrectInstanceStatus", 403, "The instance is not stopped.", "Stop it first.");

    public static readonly OperationError NeverStarted = new("IncorrectInstanceStatus", 403, "The instance was never started.", "Start and stop it once.");

    public static readonly OperationError NotRunning = new("IncorrectInstanceStatus", 403, "The instance is not running.", "Start it first.");

    public static readonly OperationError Changing = new("IncorrectInstanceStatus", 403, "The instance is just being started or stopped.", "Wait until it is running or stopped.");

    public static readonly OperationError Running = new("IncorrectInstanceStatus", 403, "The instance is running.", "Stop it first, or send Force=true to release it as it is.");

    public static readonly OperationError Protected = new("InvalidOperation.DeletionProtection", 403, "The instance is protected against being released.", "Turn DeletionProtection off first.");

    public static readonly OperationError NoSystemDisk = new("InvalidInstance.NotFoundSystemDisk", 400, "The instance has no system disk.", "Attach its system disk again with Bootable=true.");

    public static readonly OperationError NameMalformed = new("InvalidInstanceName.Malformed", 400, "The instance's name is not valid.", "Use 2–128 characters: a letter first, then letters, digits, ':', '_', '.' and '-'; not http:// or https:// at the start.");

    public static readonly OperationError NumberingMalformed = new("InvalidInstanceName.CustomMalformed", 400, "The numbering of the instances' names is not valid.", "Write name[begin,bits]: begin 0–999999, bits 0–6; each may be left out.");

    public static readonly OperationError HostNameMalformed = new("InvalidHostName.Malformed", 400, "The host name is not valid.", "Use 2–64 letters, digits, '-' and '.', beginning and ending with a letter or digit.");

    public static readonly OperationError DescriptionMalformed = new("InvalidDescription.Malformed", 400, "The description is not valid.", "Use 2–256 characters that do not begin with http:// or https://.");

    public static readonly OperationError TypeUnknown = new("InvalidInstanceType.ValueNotSupported", 400, "There is no such type of instances.", "Choose one that DescribeInstanceTypes lists.");

    public static readonly OperationError ZoneUnknown = new("InvalidZoneId.NotFound", 404, "There is no such zone in the region.", "Choose one that DescribeZones lists.");

    public static readonly OperationError AmountMalformed = new("InvalidParam.Amount", 403, "The number of instances is not 1–100.", "Give Amount from 1 to 100.");

    public static readonly OperationError MinAmountMalformed = new("InvalidMinAmount.Malformed", 400, "MinAmount is not 1–100, or is more than Amount.", "Give MinAmount from 1 to Amount.");

    public static readonly OperationError ImageAndFamily = new("UnexpectedImageFamily.ImageIdSupplied", 400, "ImageId and ImageFamily cannot be given together.", "Give one of them.");

    public static readonly OperationError TooManyDisks = new("InstanceDiskNumLimitExceed", 403, "The instance would have more disks than its type can.", "Leave data disks out, or choose another type.");

    public static readonly OperationError SystemDiskCategory = new("InvalidSystemDiskCategory.ValueNotSupported", 400, "System disks cannot have this category.", "Choose cloud_essd, cloud_auto, cloud_essd_entry, cloud_ssd, cloud_efficiency or cloud.");

    public static readonly OperationError SystemDiskSizeMalformed = new("InvalidSystemDiskSize.ValueNotSupported", 400, "The size of the system disk is not a whole number of GiB.", "Give SystemDisk.Size in GiB.");

    public static readonly OperationError StatusFilterUnknown = new("InvalidStatus.NotFound", 404, "There is no such status of instances.", "Choose Pending, Running, Starting, Stopping or Stopped.");

    public static readonly OperationError TooManyIds = new("InvalidParameter.TooManyInstanceIds", 403, "The list of instance ids is longer than 100.", "Ask for at most 100 instances.");

    public static readonly OperationError NoIds = new("MissingParameter", 400, "InstanceId is mandatory for this action.", "Give InstanceId.1.");

    public static readonly OperationError StoppedModeUnknown = new("InvalidParameter", 400, "There is no such StoppedMode.", "Choose KeepCharging or StopCharging.");

    public static OperationError SystemDiskSize(int min, int max)
        => new("InvalidSystemDiskSize.ValueNotSupported", 400, $"The system disk has a size outside {min}–{max} GiB.", "Choose a size inside the range, or another category.");

    public static OperationError SystemDiskTooSmall(int imageGiB)
        => new("InvalidSystemDiskSize.LessThanImageSize", 404, $"The system disk is smaller than the image, which has {imageGiB} GiB.", $"Give {imageGiB} GiB or more.");
}
