using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Metering;

internal static class MeterOperations
{
    public static void Register(OperationTable table) => table
        .Add<DescribeUsage, DescribeUsageResult, DescribeUsageHandler>(Access.Viewer, Effect.Read)
        .Add<DescribeUsageHours, DescribeUsageHoursResult, DescribeUsageHoursHandler>(Access.Viewer, Effect.Read)
        .Add<DescribeSnapshotMonitorData, DescribeSnapshotMonitorDataResult, DescribeSnapshotMonitorDataHandler>(Access.Viewer, Effect.Read)
        .Add<DescribeSnapshotPackage, DescribeSnapshotPackageResult, DescribeSnapshotPackageHandler>(Access.Viewer, Effect.Read)
        .Add<DescribePrices, DescribePricesResult, DescribePricesHandler>(Access.SignedIn, Effect.Read)
        .Add<CreatePrice, CreatePriceResult, CreatePriceHandler>(Access.Administrator, Effect.Change, (_, result) => result?.PriceId)
        .Add<DeletePrice, Done, DeletePriceHandler>(Access.Administrator, Effect.Change, (request, _) => request.PriceId)
        .Add<DescribeUsageOfAccounts, DescribeUsageOfAccountsResult, DescribeUsageOfAccountsHandler>(Access.Administrator, Effect.Read)
        .Add<DescribeStoragePlans, DescribeStoragePlansResult, DescribeStoragePlansHandler>(Access.Administrator, Effect.Read)
        .Add<CreateStoragePlan, CreateStoragePlanResult, CreateStoragePlanHandler>(Access.Administrator, Effect.Change, (_, result) => result?.PlanId)
        .Add<EndStoragePlan, Done, EndStoragePlanHandler>(Access.Administrator, Effect.Change, (request, _) => request.PlanId);
}
