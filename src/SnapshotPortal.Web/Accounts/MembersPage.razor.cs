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
    private DescribeInvitationsResult? invitations;
    private OperationError? problem;

    protected override bool Concerns(Change change) => change.Kind is ResourceKind.Member or ResourceKind.Invitation or ResourceKind.User;

    protected override async Task LoadAsync()
    {
        members = await RunAsync(new DescribeMembers());
        invitations = MayManage ? await RunAsync(new DescribeInvitations()) : null;
    }

    private Task AddAsync() => dialogs.OpenAsync<AddMemberDialog>("Add member", new() { [nameof(AddMemberDialog.Account)] = Account }, PortalDialog.Narrow);

    private Task InviteAsync() => dialogs.OpenAsync<InviteDialog>("Invite by link", new() { [nameof(InviteDialog.Account)] = Account }, PortalDialog.Narrow);

    private Task RemoveAsync(MemberInfo member) => dialogs.OpenAsync<RemoveMemberDialog>(
        "Remove member", new() { [nameof(RemoveMemberDialog.Account)] = Account, [nameof(RemoveMemberDialog.Member)] = member }, PortalDialog.Narrow);

    private Task ChangeRoleAsync(MemberInfo member, ChangeEventArgs change) => TryAsync(new ChangeMemberRole(member.UserId, Enum.Parse<AccountRole>((string)change.Value!)));

    private async Task TryAsync(IOperation<Done> operation)
    {
        try
        {
            problem = null;
            await RunAsync(operation);
        }
        catch (OperationException refused)
        {
            problem = refused.Error;
            await ReloadAsync();
        }
    }
}
