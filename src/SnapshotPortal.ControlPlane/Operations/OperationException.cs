namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>Thrown where an operation is refused.</summary>
public sealed class OperationException : Exception
{
    /// <summary>A refusal of <paramref name="error"/>, about the named member of the request where there is one.</summary>
    public OperationException(OperationError error, string? parameter = null, Exception? innerException = null)
        : base(error.Message, innerException) => (Error, Parameter) = (error, parameter);

    /// <summary>The refusal.</summary>
    public OperationError Error { get; }

    /// <summary>The request, by which an operator finds it in the log and the audit trail.</summary>
    public string RequestId { get; internal set; } = "";

    /// <summary>The member of the request that it is about, where there is one.</summary>
    public string? Parameter { get; }
}
