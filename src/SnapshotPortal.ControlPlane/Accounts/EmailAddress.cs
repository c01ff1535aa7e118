using System.Net.Mail;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>What is taken for an e-mail address: an address alone, without a display name, at most 254 characters.</summary>
internal static class EmailAddress
{
    public static bool IsValid(string text)
        => text.Length is > 2 and <= 254 && MailAddress.TryCreate(text, out var address) && string.Equals(address.Address, text, StringComparison.Ordinal);
}
