using Radzen;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Web.Components;

namespace SnapshotPortal.Web.Accounts;

/// <summary>The caller's access keys in an account; owners see those of every member.</summary>
public sealed partial class AccessKeysPage(DialogService dialogs)
{
    private DescribeAccessKeysResult? keys;
    private OperationError? problem;

    /// <summary>What a key may do, in words.</summary>
    public static string Scope(AccountRole role) => role switch
    {
        AccountRole.Viewer => "read only",
        AccountRole.Operator => "change disks and snapshots",
        _ => "everything an owner may",
    };

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.AccessKey;

    protected override async Task LoadAsync() => keys = await RunAsync(new DescribeAccessKeys());

    private Task CreateAsync() => dialogs.OpenAsync<CreateAccessKeyDialog>("Create access key", new() { [nameof(CreateAccessKeyDialog.Account)] = Account }, PortalDialog.Narrow);

    private Task DeleteAsync(AccessKeyInfo key) => dialogs.OpenAsync<DeleteAccessKeyDialog>(
        "Delete access key", new() { [nameof(DeleteAccessKeyDialog.Account)] = Account, [nameof(DeleteAccessKeyDialog.Key)] = key }, PortalDialog.Narrow);

    private async Task SwitchAsync(AccessKeyInfo key, bool isActive)
    {
        try
        {
            problem = null;
            await RunAsync(new ModifyAccessKey(key.AccessKeyId, isActive));
        }
        catch (OperationException refused)
        {
            problem = refused.Error;
        }
    }
}
