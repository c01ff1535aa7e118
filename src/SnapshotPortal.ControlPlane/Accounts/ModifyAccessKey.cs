using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Disables an access key, or takes it into use again; own ones, for owners also those of other members.</summary>
[PortalOnly]
public sealed record ModifyAccessKey(string AccessKeyId, bool IsActive) : IOperation<Done>;

internal sealed class ModifyAccessKeyHandler(PortalDb db) : IHandler<ModifyAccessKey, Done>
{
    public async Task<Done> RunAsync(ModifyAccessKey request, Caller caller, CancellationToken cancel)
    {
        var key = await db.AccessKeys.GetAsync(caller, request.AccessKeyId, cancel);
        key.IsActive = request.IsActive;
        return Done.Instance;
    }
}
