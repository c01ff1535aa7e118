using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

internal static class AccountOperations
{
    public static void Register(OperationTable table) => table
        .Add<SetUpPortal, SetUpPortalResult, SetUpPortalHandler>(Access.Anyone, Effect.Change, (_, result) => result?.UserId)
        .Add<DescribeMyAccounts, DescribeMyAccountsResult, DescribeMyAccountsHandler>(Access.SignedIn, Effect.Read)
        .Add<DescribeAccounts, DescribeAccountsResult, DescribeAccountsHandler>(Access.Administrator, Effect.Read)
        .Add<CreateAccount, CreateAccountResult, CreateAccountHandler>(Access.Administrator, Effect.Change, (_, result) => result?.AccountId)
        .Add<DescribeUsers, DescribeUsersResult, DescribeUsersHandler>(Access.Administrator, Effect.Read)
        .Add<CreateUser, CreateUserResult, CreateUserHandler>(Access.Administrator, Effect.Change, (_, result) => result?.UserId)
        .Add<ResetUserPassword, ResetUserPasswordResult, ResetUserPasswordHandler>(Access.Administrator, Effect.Change, (request, _) => request.UserId)
        .Add<SuspendUser, Done, SuspendUserHandler>(Access.Administrator, Effect.Change, (request, _) => request.UserId)
        .Add<ResumeUser, Done, ResumeUserHandler>(Access.Administrator, Effect.Change, (request, _) => request.UserId)
        .Add<DescribeMembers, DescribeMembersResult, DescribeMembersHandler>(Access.Viewer, Effect.Read)
        .Add<AddMember, Done, AddMemberHandler>(Access.Owner, Effect.Change, (request, _) => request.Email)
        .Add<ChangeMemberRole, Done, ChangeMemberRoleHandler>(Access.Owner, Effect.Change, (request, _) => request.UserId)
        .Add<SuspendMember, Done, SuspendMemberHandler>(Access.Owner, Effect.Change, (request, _) => request.UserId)
        .Add<ResumeMember, Done, ResumeMemberHandler>(Access.Owner, Effect.Change, (request, _) => request.UserId)
        .Add<CreateInvitation, CreateInvitationResult, CreateInvitationHandler>(Access.Owner, Effect.Change, (_, result) => result?.InvitationId)
        .Add<DescribeInvitations, DescribeInvitationsResult, DescribeInvitationsHandler>(Access.Owner, Effect.Read)
        .Add<DeleteInvitation, Done, DeleteInvitationHandler>(Access.Owner, Effect.Change, (request, _) => request.InvitationId)
        .Add<DescribeInvitation, DescribeInvitationResult, DescribeInvitationHandler>(Access.Anyone, Effect.Read)
        .Add<AcceptInvitation, Done, AcceptInvitationHandler>(Access.SignedIn, Effect.Change)
        .Add<JoinPortal, JoinPortalResult, JoinPortalHandler>(Access.Anyone, Effect.Change, (_, result) => result?.UserId)
        .Add<RemoveMember, Done, RemoveMemberHandler>(Access.Owner, Effect.Change, (request, _) => request.UserId)
        .Add<CreateAccessKey, CreateAccessKeyResult, CreateAccessKeyHandler>(Access.Viewer, Effect.Change, (_, result) => result?.AccessKeyId)
        .Add<DescribeAccessKeys, DescribeAccessKeysResult, DescribeAccessKeysHandler>(Access.Viewer, Effect.Read)
        .Add<ModifyAccessKey, Done, ModifyAccessKeyHandler>(Access.Viewer, Effect.Change, (request, _) => request.AccessKeyId)
        .Add<DeleteAccessKey, Done, DeleteAccessKeyHandler>(Access.Viewer, Effect.Change, (request, _) => request.AccessKeyId)
        .Add<DescribeApiCalls, DescribeApiCallsResult, DescribeApiCallsHandler>(Access.Viewer, Effect.Read)
        .Add<DescribeAuditTrail, DescribeAuditTrailResult, DescribeAuditTrailHandler>(Access.Owner, Effect.Read)
        .Add<DescribePortalAuditTrail, DescribeAuditTrailResult, DescribePortalAuditTrailHandler>(Access.Administrator, Effect.Read)
        .Add<VerifyAuditTrail, VerifyAuditTrailResult, VerifyAuditTrailHandler>(Access.Administrator, Effect.Read);
}
