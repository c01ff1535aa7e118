namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>
/// A request that the portal can carry out: the name of its record is the name of the ECS action (where there is one),
/// its members are the action's parameters, its result is the action's answer.
/// </summary>
public interface IOperation<TResult>;

/// <summary>An operation that may be sent again with the same token and then answers with the first answer.</summary>
public interface IRepeatableOperation
{
    /// <summary>1–64 ASCII characters chosen by the caller; null: every call counts.</summary>
    string? ClientToken { get; }
}

/// <summary>An operation that answers with a part of a list (SPEC 6.9): by page, or by token where <see cref="MaxResults"/> or <see cref="NextToken"/> is given.</summary>
public interface IPagedOperation
{
    /// <summary>The page, from 1.</summary>
    int? PageNumber { get; }

    /// <summary>1–100, 10 where not given.</summary>
    int? PageSize { get; }

    /// <summary>How many entries at most in token style.</summary>
    int? MaxResults { get; }

    /// <summary>The token of the previous answer.</summary>
    string? NextToken { get; }
}

/// <summary>The answer of an operation that has nothing to tell.</summary>
public sealed record Done
{
    /// <summary>The only one.</summary>
    public static readonly Done Instance = new();

    private Done()
    {
    }
}

/// <summary>A member that pages use and that the ECS-compatible API neither takes nor renders.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter | AttributeTargets.Class)]
public sealed class PortalOnlyAttribute : Attribute;

/// <summary>Carries out one kind of operation.</summary>
internal interface IHandler<in TOperation, TResult>
    where TOperation : IOperation<TResult>
{
    Task<TResult> RunAsync(TOperation request, Caller caller, CancellationToken cancel);
}
