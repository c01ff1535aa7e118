namespace SnapshotPortal.ControlPlane;

/// <summary>The portal cannot start: wrong configuration, or a data path in use. The message is for the person at the console; the host shows it alone and ends with exit code 1.</summary>
public sealed class PortalStartException(string message, Exception? innerException = null) : Exception(message, innerException);
