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

    public static readonly OperationError EmailMalformed = new("InvalidEmail.Malformed", 400, "This is not an e-mail address.", "Give an address such as name@example.com.");

    public static readonly OperationError EmailTaken = new("InvalidEmail.Duplicated", 409, "Another user has this e-mail address.", "Choose another address, or add the existing user to an account.");

    public static readonly OperationError PasswordMalformed = new("InvalidPassword.Malformed", 400, "The password is not accepted.", $"Use at least {Passwords.LengthMin} characters.");

    public static readonly OperationError AlreadySetUp = new("PortalIsSetUp", 409, "The portal is set up already.", "Sign in.");

    public static readonly OperationError SetUpTokenWrong = new("InvalidSetUpToken", 403, "The one-time token is not the one that the console shows.", "Copy it from the console of the portal; each start shows a new one.");

    public static readonly OperationError SetUpTooOften = new("Throttling.SetUp", 429, "Too many wrong tokens.", "Wait a minute and try again.");
}
