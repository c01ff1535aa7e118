namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>An expected refusal. Each one is written once, in the <c>…Errors</c> file of its slice.</summary>
/// <param name="Code">The code on the wire, as ECS names it.</param>
/// <param name="HttpStatus">The HTTP status of the API's answer.</param>
/// <param name="Message">What is wrong, as a sentence.</param>
/// <param name="Advice">What to do about it, as a sentence.</param>
public sealed record OperationError(string Code, int HttpStatus, string Message, string Advice);
