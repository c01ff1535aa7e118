using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>What accounts, members and users refuse.</summary>
internal static class AccountErrors
{
    public static readonly OperationError NotFound = new("InvalidAccountId.NotFound", 404, "There is no such account, or you are not a member of it.", "Choose one of your accounts.");

    public static readonly OperationError AdministratorOnly = new("Forbidden.RAM", 403, "Only an administrator of the portal may do this.", "Ask an administrator.");

    public static readonly OperationError NameMalformed = new("InvalidAccountName.Malformed", 400, "The account's name is not valid.", "Use 2–128 characters: a letter first, then letters, digits, ':', '_', '.' and '-'.");

    public static readonly OperationError NameTaken = new("InvalidAccountName.Duplicated", 409, "Another account has this name.", "Choose another name.");

    public static readonly OperationError UserNotFound = new("InvalidUser.NotFound", 404, "There is no such user.", "Ask an administrator to make the user first.");

    public static readonly OperationError MemberNotFound = new("InvalidMember.NotFound", 404, "This user is not a member of the account.", "Look at the list of members again.");

    public static readonly OperationError MemberExists = new("InvalidMember.Duplicated", 409, "This user is a member of the account already.", "Change the member's role instead.");

    public static readonly OperationError RoleInvalid = new("InvalidRole.ValueNotSupported", 400, "There is no such role.", "Choose Owner, Operator or Viewer.");

    public static readonly OperationError LastOwner = new("LastOwner", 409, "The account would be left without an owner.", "Make somebody else an owner first.");

    public static readonly OperationError Suspended = new("Forbidden.UserSuspended", 403, "You are suspended.", "Ask an administrator of the portal.");

    public static readonly OperationError SuspendsItself = new("SuspendsItself", 409, "You would shut yourself out.", "Let another administrator do it.");

    public static readonly OperationError InvitationNotFound = new("InvalidInvitation.NotFound", 404, "The invitation is not valid: it was used, taken back, or is too old.", "Ask for a new one.");

    public static readonly OperationError InvitationForOther = new("InvalidInvitation.OtherUser", 403, "The invitation is for somebody with another e-mail address.", "Sign in with the address that it was made for.");

    public static readonly OperationError InvitationExpiryMalformed = new("InvalidInvitationDays.Malformed", 400, $"An invitation holds for 1–{Invitation.DaysMax} days.", "Give such a number of days.");

    public static readonly OperationError EmailMalformed = new("InvalidEmail.Malformed", 400, "This is not an e-mail address.", "Give an address such as name@example.com.");

    public static readonly OperationError EmailTaken = new("InvalidEmail.Duplicated", 409, "Another user has this e-mail address.", "Choose another address, or add the existing user to an account.");

    public static readonly OperationError PasswordMalformed = new("InvalidPassword.Malformed", 400, "The password is not accepted.", $"Use at least {Passwords.LengthMin} characters.");

    public static readonly OperationError AccessKeyNotFound = new("InvalidAccessKeyId.NotFound", 404, "The access key is not found.", "Look at the list of access keys; it may have been deleted.");

    public static readonly OperationError AccessKeyNameMalformed = new("InvalidAccessKeyName.Malformed", 400, "The key's name is not valid.", "Use 2–128 characters: a letter first, then letters, digits, ':', '_', '.' and '-'.");

    public static readonly OperationError AccessKeyExpiryInvalid = new("InvalidExpiration.Malformed", 400, "The expiry is not 1–3650 days.", "Give a number of days, or nothing for a key that does not expire.");

    public static readonly OperationError AccessKeyActive = new("AccessKeyActive", 409, "The access key is active.", "Disable it first, and delete it once nothing misses it.");

    public static readonly OperationError AlreadySetUp = new("PortalIsSetUp", 409, "The portal is set up already.", "Sign in.");

    public static readonly OperationError SetUpTokenWrong = new("InvalidSetUpToken", 403, "The one-time token is not the one that the console shows.", "Copy it from the console of the portal; each start shows a new one.");

    public static readonly OperationError SetUpTooOften = new("Throttling.SetUp", 429, "Too many wrong tokens.", "Wait a minute and try again.");

    public static OperationError AccessKeyRoleTooHigh(AccountRole own)
        => new("InvalidRole.ValueNotSupported", 400, $"A key cannot be allowed more than you are: {own}.", "Choose your role or a lower one.");

    public static OperationError AccessKeyQuota(int max)
        => new("QuotaExceed.AccessKey", 403, $"You have {max} access keys in this account, as many as you may have.", "Delete one that is not needed any more.");
}
