using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Quotas;

internal static class QuotaOperations
{
    public static void Register(OperationTable table) => table
        .Add<DescribeQuotas, DescribeQuotasResult, DescribeQuotasHandler>(Access.Viewer, Effect.Read)
        .Add<DescribeQuotasOfAccount, DescribeQuotasResult, DescribeQuotasOfAccountHandler>(Access.Administrator, Effect.Read)
        .Add<ModifyQuota, Done, ModifyQuotaHandler>(Access.Administrator, Effect.Change, (request, _) => request.AccountId)
        .Add<DescribeAccountAttributes, DescribeAccountAttributesResult, DescribeAccountAttributesHandler>(Access.Viewer, Effect.Read);
}
