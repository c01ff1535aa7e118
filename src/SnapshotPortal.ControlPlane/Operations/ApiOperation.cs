namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>An operation as the HTTP API runs it: found by name, its request and answer known as objects.</summary>
public sealed class ApiOperation
{
    private readonly OperationEntry entry;
    private readonly OperationRunner runner;

    internal ApiOperation(OperationEntry entry, OperationRunner runner) => (this.entry, this.runner) = (entry, runner);

    /// <summary>The ECS action.</summary>
    public string Name => entry.Name;

    /// <summary>The record of its parameters.</summary>
    public Type Request => entry.Request;

    /// <summary>The record of its answer.</summary>
    public Type Result => entry.Result;

    /// <summary>Runs it under a request id that the answer will carry too; a refusal is an <see cref="OperationException"/>.</summary>
    public Task<object> RunAsync(object request, Caller caller, string requestId, CancellationToken cancel)
        => entry.RunAsync(runner, request, caller, requestId, cancel);
}
