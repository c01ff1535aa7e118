using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Quotas;

/// <summary>What quotas refuse. That one is used up is refused by the slice whose resource it limits, with its own code.</summary>
internal static class QuotaErrors
{
    public static readonly OperationError LimitMalformed = new("InvalidQuota.Malformed", 400, $"The limit is not a whole number from 1 to {QuotaDefaults.LimitMax}.", "Give such a number, or nothing for the installation's own limit.");
}
