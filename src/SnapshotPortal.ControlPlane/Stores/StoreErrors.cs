using System.Text.RegularExpressions;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Stores;

/// <summary>What operations on stores refuse.</summary>
internal static partial class StoreErrors
{
    public static readonly OperationError SnapshotNotStored = new("InvalidSnapshotId.NotFound", 404, "The repository holds no such snapshot.", "Look at the list of snapshots again; it may have been deleted, or is not accomplished yet.");

    public static readonly OperationError NoKeys = new("InvalidParameter.KmsNotEnabled", 400, "No key-encryption key is configured.", "Configure one in Portal:Encryption and start the portal again.");

    public static readonly OperationError CheckNotFound = new("InvalidCheckId.NotFound", 404, "There is no such check.", "Look at the list again.");

    public static readonly OperationError CheckEnded = new("InvalidTaskId.IncorrectTaskStatus", 403, "The check has ended.", "Only checks that wait or run can be cancelled.");

    public static readonly OperationError AccountNotFound = new("InvalidAccountId.NotFound", 404, "There is no such account.", "Choose one of the list of accounts.");

    /// <summary>Whether a repository can hold a snapshot of that name at all.</summary>
    public static bool IsSnapshotId(string id) => SnapshotId().IsMatch(id);

    [GeneratedRegex(@"^[a-z0-9._-]{1,64}\z", RegexOptions.None, 1000)]
    private static partial Regex SnapshotId();
}
