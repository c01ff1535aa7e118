using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Metering;

/// <summary>What metering, prices and plans refuse.</summary>
internal static class MeterErrors
{
    public static readonly OperationError MonthMalformed = new("InvalidMonth.Malformed", 400, "This is not a month.", "Give year and month, such as 2026-11.");

    public static readonly OperationError PriceMalformed = new("InvalidPrice.Malformed", 400, "The price is not a number from 0 to 1000 with at most 6 decimals.", "Give the price of a GiB for a month of 720 hours.");

    public static readonly OperationError PriceInPast = new("InvalidEffectiveTime.TooEarly", 400, "Prices cannot begin in an hour that has begun.", "Choose the next full hour or a later one.");

    public static readonly OperationError PriceTwice = new("InvalidEffectiveTime.Duplicated", 409, "Other prices begin in this hour already.", "Delete those, or choose another hour.");

    public static readonly OperationError PriceNotFound = new("InvalidPriceId.NotFound", 404, "There are no such prices.", "Look at the list of prices again.");

    public static readonly OperationError PriceInUse = new("PriceInUse", 409, "These prices hold or have held: hours were told with them.", "Make new ones that begin later.");

    public static readonly OperationError PlanNotFound = new("InvalidPlanId.NotFound", 404, "There is no such storage plan.", "Look at the list of plans again.");

    public static readonly OperationError PlanEnded = new("IncorrectPlanStatus", 409, "The storage plan has ended already.", "There is nothing left to end.");

    public static readonly OperationError PlanNameMalformed = new("InvalidPlanName.Malformed", 400, "The plan's name is not valid.", "Use 2–128 characters: a letter first, then letters, digits, ':', '_', '.' and '-'.");

    public static readonly OperationError PlanCapacityMalformed = new("InvalidCapacity.Malformed", 400, $"The capacity is not 1–{StoragePlan.CapacityGiBMax} GiB.", "Give a whole number of GiB.");

    public static readonly OperationError PlanMonthsMalformed = new("InvalidPeriod.Malformed", 400, "A plan holds for 1–60 months.", "Give such a number of months.");

    public static readonly OperationError StartMalformed = new("InvalidStartTime.Malformed", 400, "The start is not before the end.", "Give a start that is earlier.");

    public static readonly OperationError StartTooEarly = new("InvalidStartTime.TooEarly", 400, "The start is more than 30 days back.", "Ask for the last 30 days.");

    public static readonly OperationError PeriodUnsupported = new("InvalidPeriod.ValueNotSupported", 400, "There is no such sampling step.", "Choose 60, 600 or 3600 seconds.");

    public static readonly OperationError TooManyPoints = new("InvalidParameter.TooManyDataQueried", 400, "The answer would have more than 400 points.", "Ask for a shorter time, or a longer step.");
}
