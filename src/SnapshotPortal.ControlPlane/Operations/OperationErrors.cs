namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>The refusals that every slice shares (SPEC 6.7).</summary>
public static class OperationErrors
{
    public static readonly OperationError Forbidden = new("Forbidden.RAM", 403, "You are not allowed to do this in this account.", "Ask an owner of the account for a role that allows it.");

    public static readonly OperationError NotSignedIn = new("Forbidden.RAM", 403, "Nobody is signed in.", "Sign in and try again.");

    public static readonly OperationError ClientTokenMalformed = new("InvalidClientToken.Malformed", 403, "The client token is not 1–64 ASCII characters.", "Send a shorter token of ASCII characters.");

    public static readonly OperationError IdempotentParameterMismatch = new("IdempotentParameterMismatch", 403, "The client token was used before with other parameters.", "Use a new token for a new request.");

    public static readonly OperationError NextTokenInvalid = new("Invalid.NextToken", 400, "The token of the next page is not understood.", "Begin again without a token.");

    public static readonly OperationError DryRun = new("DryRunOperation", 400, "The request would have succeeded.", "Send it without DryRun.");

    public static readonly OperationError Internal = new("InternalError", 500, "Something went wrong that should not have.", "Try again; if it stays, tell the administrator the request id.");

    public static OperationError Missing(string parameter)
        => new("MissingParameter", 400, $"{parameter} is mandatory for this action.", $"Give {parameter}.");

    public static OperationError Invalid(string parameter, string allowed)
        => new("InvalidParameter", 400, $"The parameter {parameter} is not valid.", $"Allowed: {allowed}.");
}
