using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Deletes an access key; own ones, for owners also those of other members. It was disabled before: a program that still uses it has shown itself.</summary>
[PortalOnly]
public sealed record DeleteAccessKey(string AccessKeyId) : IOperation<Done>;

internal sealed class DeleteAccessKeyHandler(PortalDb db) : IHandler<DeleteAccessKey, Done>
{
    public async Task<Done> RunAsync(DeleteAccessKey request, Caller caller, CancellationToken cancel)
    {
        var key = await db.AccessKeys.GetAsync(caller, request.AccessKeyId, cancel);
        if (key.IsActive) throw new OperationException(AccountErrors.AccessKeyActive, nameof(request.AccessKeyId));
        db.AccessKeys.Remove(key);
        return Done.Instance;
    }
}
