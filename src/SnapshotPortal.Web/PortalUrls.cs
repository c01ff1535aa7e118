using Microsoft.AspNetCore.WebUtilities;

namespace SnapshotPortal.Web;

/// <summary>Every address inside the portal is made here; the account that is worked in is part of it.</summary>
public static class PortalUrls
{
    public const string Home = "/";
    public const string SetUp = "/setup";
    public const string SignIn = "/sign-in";
    public const string SignOut = "/sign-out";
    public const string TwoFactor = "/sign-in/code";
    public const string RecoveryCode = "/sign-in/recovery-code";
    public const string ForgotPassword = "/sign-in/forgot-password";
    public const string Password = "/profile/password";
    public const string Authenticator = "/profile/authenticator";
    public const string Passkeys = "/profile/passkeys";
    public const string PasskeyCreationOptions = "/profile/passkeys/creation-options";
    public const string PasskeyRequestOptions = "/sign-in/passkey-options";
    public const string Accounts = "/admin/accounts";
    public const string Users = "/admin/users";
    public const string Stores = "/admin/stores";
    public const string Prices = "/admin/prices";
    public const string PortalActivity = "/admin/activity";
    public const string PortalActivityCsv = "/admin/activity.csv";

    public static string Overview(string account) => $"/a/{Escape(account)}";

    public static string Disks(string account) => $"{Overview(account)}/disks";

    public static string Disk(string account, string disk) => $"{Disks(account)}/{Escape(disk)}";

    public static string DiskContent(string account, string disk) => $"{Disk(account, disk)}/content";

    public static string DiskUploads(string account, string disk) => $"{Disk(account, disk)}/uploads";

    public static string Snapshots(string account) => $"{Overview(account)}/snapshots";

    public static string SnapshotsCsv(string account) => $"{Overview(account)}/snapshots.csv";

    public static string SnapshotsOf(string account, string disk) => With(Snapshots(account), ("q", disk));

    public static string Snapshot(string account, string snapshot) => $"{Snapshots(account)}/{Escape(snapshot)}";

    public static string SnapshotContent(string account, string snapshot) => $"{Snapshot(account, snapshot)}/content";

    public static string Policies(string account) => $"{Overview(account)}/policies";

    public static string NewPolicy(string account) => $"{Policies(account)}/new";

    public static string Policy(string account, string policy) => $"{Policies(account)}/{Escape(policy)}";

    public static string EditPolicy(string account, string policy) => $"{Policy(account, policy)}/edit";

    public static string Instances(string account) => $"{Overview(account)}/instances";

    public static string Instance(string account, string instance) => $"{Instances(account)}/{Escape(instance)}";

    public static string RunInstance(string account, string? image = null) => With($"{Overview(account)}/run-instance", ("image", image));

    public static string Images(string account) => $"{Overview(account)}/images";

    public static string Image(string account, string image) => $"{Images(account)}/{Escape(image)}";

    public static string Tasks(string account) => $"{Overview(account)}/tasks";

    public static string Members(string account) => $"{Overview(account)}/members";

    public static string Activity(string account) => $"{Overview(account)}/activity";

    public static string ActivityCsv(string account) => $"{Overview(account)}/activity.csv";

    public static string Quotas(string account) => $"{Overview(account)}/quotas";

    public static string Usage(string account, string? month = null) => With($"{Overview(account)}/usage", ("month", month));

    public static string UsageCsv(string account, string month) => With($"{Overview(account)}/usage.csv", ("month", month));

    public static string AccountQuotas(string account) => $"{Accounts}/{Escape(account)}/quotas";

    public static string Join(string token) => $"/join/{Escape(token)}";

    public static string AccessKeys(string account) => $"{Overview(account)}/access-keys";

    public static string Developer(string account) => $"{Overview(account)}/developer";

    public static string SignInFor(string returnUrl) => With(SignIn, ("returnUrl", returnUrl));

    /// <summary>The same address with query values: what is null or empty is left out, so that equal states have equal addresses.</summary>
    public static string With(string path, params ReadOnlySpan<(string Name, string? Value)> query)
    {
        foreach (var (name, value) in query)
        {
            if (!string.IsNullOrEmpty(value))
                path = QueryHelpers.AddQueryString(path, name, value);
        }

        return path;
    }

    /// <summary>Whether an address that came from outside stays inside the portal.</summary>
    public static bool IsLocal(string? url) =>
        url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl);

    private static string Escape(string segment) => Uri.EscapeDataString(segment);
}
