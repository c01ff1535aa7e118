namespace SnapshotPortal.Web.Components;

/// <summary>The rule for passwords in words, as every form with a new password says it.</summary>
public static class PasswordRules
{
    public const string Hint = "At least 10 characters. A few unrelated words do well.";
}
