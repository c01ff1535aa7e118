using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Policies;

/// <summary>What policies refuse (SPEC 4.5, 7.4), and why runs are skipped.</summary>
internal static class PolicyErrors
{
    public static readonly OperationError NotFound = new("InvalidAutoSnapshotPolicyId.NotFound", 400, "There is no such policy in this region and account.", "Look at the list of policies again; it may have been deleted.");

    /// <summary>As ModifyAutoSnapshotPolicyEx says it.</summary>
    public static readonly OperationError NotFoundToModify = NotFound with { Code = "ParameterInvalid", HttpStatus = 404 };

    public static readonly OperationError NameMalformed = new("InvalidSnapshotPolicyName.Malformed", 400, "The policy's name is not valid.", "Use 2–128 characters, a letter first; not http:// or https:// at the start.");

    public static readonly OperationError HoursMalformed = Malformed("The hours are not valid.", "Give 1–24 different hours from 0 to 23.");

    public static readonly OperationError WeekdaysMalformed = Malformed("The weekdays are not valid.", "Give 1–7 different weekdays from 1 (Monday) to 7 (Sunday).");

    public static readonly OperationError RetentionMalformed = Malformed("The retention is not valid.", "Give 1–65535 days, or -1 to keep snapshots until they are deleted.");

    public static readonly OperationError TimeZoneUnknown = Malformed("There is no such time zone here.", "Choose an IANA time zone as Europe/Berlin or UTC.");

    public static readonly OperationError TagsUnsupported = Malformed("Policies for tagged instances are not offered by this installation.", "Apply the policy to disks.");

    public static readonly OperationError CopyUnsupported = new("InvalidParameter.TargetCopyRegions", 403, "Copies to other regions are not offered by this installation.", "Leave EnableCrossRegionCopy and TargetCopyRegions out.");

    public static readonly OperationError NothingToModify = Malformed("Nothing was given to change.", "Give a name, hours, weekdays, a retention, a time zone, or whether it is enabled.");

    public static readonly OperationError NoDisks = Malformed("No disk was given, or more than 100.", "Give 1–100 ids of disks.");

    public static readonly OperationError SeveralApplied = new("OperationDenied.TooManyAutoSnapshotPolicies", 403, "Several policies are applied to a disk.", "Say which to remove: give AutoSnapshotPolicyId.");

    /// <summary>Of a run.</summary>
    public static readonly OperationError Detached = new("IncorrectDiskStatus", 403, "The disk was not attached: the policy pauses until it is.", "Attach it to an instance.");

    /// <summary>Of a run.</summary>
    public static readonly OperationError Superseded = new("OperationConflict", 409, "The portal stopped before this run, and a later one makes up for it.", "Nothing has to be done.");

    public static OperationError Quota(int max)
        => new("AutoSnapshotPolicy.QuotaExceed", 403, $"The account has {max} policies in this region, as many as it may have.", "Delete one that is not needed any more.");

    public static OperationError QuotaOfDisk(int max)
        => new("QuotaExceed.AppliedAutoSnapshotPolicyQuota", 403, $"To one of the disks {max} policies are applied, as many as may be.", "Remove another policy from it first.");

    public static OperationError NoRoom(int max)
        => new("QuotaExceed.Snapshot", 403, $"The disk has {max} automatic snapshots, as many as it may have, and none of them may be removed.", "Delete one by hand, or have the quota raised.");

    private static OperationError Malformed(string message, string advice) => new("ParameterInvalid", 403, message, advice);
}
