using Microsoft.AspNetCore.Components;
using Radzen;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Web.Components;

namespace SnapshotPortal.Web.Accounts;

/// <summary>Who may do what in an account.</summary>
public sealed partial class MembersPage(DialogService dialogs)
{
    private static readonly AccountRole[] Roles = [AccountRole.Viewer, AccountRole.Operator, AccountRole.Owner];
    private DescribeMembersResult? members;
    private OperationError? problem;

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Member;

    protected override async Task LoadAsync() => members = await RunAsync(new DescribeMembers());

    private Task AddAsync() => dialogs.OpenAsync<AddMemberDialog>("Add member", new() { [nameof(AddMemberDialog.Account)] = Account }, PortalDialog.Narrow);

    private Task RemoveAsync(MemberInfo member) => dialogs.OpenAsync<RemoveMemberDialog>(
        "Remove member", new() { [nameof(RemoveMemberDialog.Account)] = Account, [nameof(RemoveMemberDialog.Member)] = member }, PortalDialog.Narrow);

    private async Task ChangeRoleAsync(MemberInfo member, ChangeEventArgs change)
    {
        try
        {
            problem = null;
            await RunAsync(new ChangeMemberRole(member.UserId, Enum.Parse<AccountRole>((string)change.Value!)));
        }
        catch (OperationException refused)
        {
            problem = refused.Error;
            await ReloadAsync();
        }
    }
}
