namespace SnapshotPortal.Tool;

/// <summary>The arguments do not go together, or mean something that is not there to be meant.</summary>
internal sealed class UsageException(string message) : Exception(message);
