using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Stores;

/// <summary>Repositories and pools as administrators look after them.</summary>
internal static class StoreOperations
{
    public static void Register(OperationTable table) => table
        .Add<DescribeStores, DescribeStoresResult, DescribeStoresHandler>(Access.Administrator, Effect.Read)
        .Add<DescribeStoreChecks, DescribeStoreChecksResult, DescribeStoreChecksHandler>(Access.Administrator, Effect.Read)
        .Add<VerifyRepository, StoreCheckStarted, VerifyRepositoryHandler>(Access.Administrator, Effect.Change, (_, result) => result?.CheckId)
        .Add<ScrubPool, StoreCheckStarted, ScrubPoolHandler>(Access.Administrator, Effect.Change, (_, result) => result?.CheckId)
        .Add<SweepRepository, StoreCheckStarted, SweepRepositoryHandler>(Access.Administrator, Effect.Change, (_, result) => result?.CheckId)
        .Add<RewrapKeys, StoreCheckStarted, RewrapKeysHandler>(Access.Administrator, Effect.Change, (_, result) => result?.CheckId)
        .Add<CancelStoreCheck, Done, CancelStoreCheckHandler>(Access.Administrator, Effect.Change, (request, _) => request.CheckId)
        .Add<DescribeUnknownSnapshots, DescribeUnknownSnapshotsResult, DescribeUnknownSnapshotsHandler>(Access.Administrator, Effect.Read)
        .Add<AdoptSnapshots, StoreCheckStarted, AdoptSnapshotsHandler>(Access.Administrator, Effect.Change, (request, _) => request.AccountId);

    public static void RegisterJobs(IServiceCollection services) => services
        .AddScoped<StoreChecks>()
        .AddSingleton<StoreSpaces>()
        .AddKeyedScoped<IJobWork, VerifyRepositoryWork>(JobKind.VerifyRepository)
        .AddKeyedScoped<IJobWork, ScrubPoolWork>(JobKind.ScrubPool)
        .AddKeyedScoped<IJobWork, SweepRepositoryWork>(JobKind.SweepRepository)
        .AddKeyedScoped<IJobWork, RewrapKeysWork>(JobKind.RewrapKeys)
        .AddKeyedScoped<IJobWork, AdoptSnapshotsWork>(JobKind.AdoptSnapshots);
}
