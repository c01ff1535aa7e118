using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Instances;

public sealed record ManyInstancesResult(IReadOnlyList<InstanceResponse> InstanceResponses);

/// <summary>What came of one of several instances.</summary>
/// <param name="InstanceId">Which one.</param>
/// <param name="PreviousStatus">Its status before.</param>
/// <param name="CurrentStatus">Its status now, or the one that it is going to.</param>
/// <param name="Code">200, or the code of the refusal.</param>
/// <param name="Message">Success, or what is wrong.</param>
public sealed record InstanceResponse(string InstanceId, string PreviousStatus, string CurrentStatus, string Code, string Message);

/// <summary>Does one thing to several instances.</summary>
internal static class ManyInstances
{
    private const string SuccessFirst = "SuccessFirst";

    /// <summary>Together, a refusal of one refuses all; otherwise it is the answer for that one.</summary>
    public static async Task<IReadOnlyList<InstanceResponse>> RunAsync(IReadOnlyList<Instance> instances, string? optimization, Func<Instance, Task> change, string status)
    {
        if (optimization is { Length: > 0 } and not (SuccessFirst or "AllTogether"))
            throw new OperationException(OperationErrors.Invalid("BatchOptimization", "AllTogether or SuccessFirst"), "BatchOptimization");
        var answers = new List<InstanceResponse>(instances.Count);
        foreach (var instance in instances)
        {
            var before = instance.Status;
            try
            {
                await change(instance);
                answers.Add(new(instance.Id, before, status, "200", "success"));
            }
            catch (OperationException refusal) when (optimization == SuccessFirst)
            {
                answers.Add(new(instance.Id, before, before, refusal.Error.Code, refusal.Message));
            }
        }

        return answers;
    }
}
