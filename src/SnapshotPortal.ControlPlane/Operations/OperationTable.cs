using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Accounts;

namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>Who may run an operation.</summary>
internal enum Access
{
    /// <summary>Also who has not signed in.</summary>
    Anyone,

    /// <summary>Every user.</summary>
    SignedIn,

    /// <summary>Members of the account with this role or a higher one.</summary>
    Viewer,
    Operator,
    Owner,

    /// <summary>Owners of the account, and administrators who are members of it.</summary>
    OwnerOrAdministrator,

    /// <summary>Administrators of the portal.</summary>
    Administrator,

    /// <summary>Nobody: policies and jobs at work.</summary>
    Unattended,
}

/// <summary>How an operation touches the database.</summary>
internal enum Effect
{
    /// <summary>Only reads; not in the audit trail.</summary>
    Read,

    /// <summary>Runs inside one write transaction, which also holds its line in the audit trail.</summary>
    Change,

    /// <summary>Moves content: writes for itself, shortly, where it must; not in the audit trail.</summary>
    Content,
}

/// <summary>All operations: name, rights, effect, handler. Each slice lists its own in <c>…Operations.cs</c>.</summary>
internal sealed class OperationTable(IServiceCollection services)
{
    private readonly Dictionary<Type, OperationEntry> entries = [];

    public IReadOnlyCollection<OperationEntry> Entries => entries.Values;

    /// <summary>Adds an operation; <paramref name="resource"/> tells the audit trail what it is about.</summary>
    public OperationTable Add<TOperation, TResult, THandler>(Access access, Effect effect, Func<TOperation, TResult?, string?>? resource = null)
        where TOperation : IOperation<TResult>
        where TResult : class
        where THandler : class, IHandler<TOperation, TResult>
    {
        services.AddScoped<THandler>();
        entries.Add(typeof(TOperation), new OperationEntry<TOperation, TResult, THandler>(access, effect, resource));
        return this;
    }

    public OperationEntry<TResult> Find<TResult>(IOperation<TResult> operation)
        where TResult : class
        => entries.TryGetValue(operation.GetType(), out var entry)
            ? (OperationEntry<TResult>)entry
            : throw new InvalidOperationException($"The operation {operation.GetType().Name} is in no slice's list.");
}

internal abstract class OperationEntry(Type operation, Type result, Access access, Effect effect)
{
    private readonly List<PropertyInfo> mandatory = FindMandatory(operation);

    public string Name { get; } = operation.Name;

    public Type Request { get; } = operation;

    public Type Result { get; } = result;

    public bool IsPortalOnly { get; } = operation.IsDefined(typeof(PortalOnlyAttribute), inherit: false);

    public Access Access { get; } = access;

    public Effect Effect { get; } = effect;

    /// <summary>Runs it for a caller that knows requests and answers as objects only.</summary>
    public abstract Task<object> RunAsync(OperationRunner runner, object request, Caller caller, string requestId, CancellationToken cancel);

    /// <summary>Members of the primary constructor that are text and not nullable have to be given (SPEC P19).</summary>
    public void RequireMandatory(object request)
    {
        foreach (var member in mandatory)
        {
            if (string.IsNullOrEmpty((string?)member.GetValue(request)))
                throw new OperationException(OperationErrors.Missing(member.Name), member.Name);
        }
    }

    public OperationError? Refusal(Caller caller) => Access switch
    {
        Access.Anyone => null,
        _ when caller.UserId.Length == 0 && caller.Source is CallerSource.Portal or CallerSource.Api => OperationErrors.NotSignedIn,
        _ when caller.IsSuspended => AccountErrors.Suspended,
        Access.SignedIn => null,
        Access.Administrator => caller.IsAdministrator ? null : AccountErrors.AdministratorOnly,
        Access.Viewer => caller.Role >= AccountRole.Viewer ? null : AccountErrors.NotFound,
        Access.Operator => caller.Role >= AccountRole.Operator ? null : OperationErrors.Forbidden,
        Access.Owner => caller.Role >= AccountRole.Owner ? null : OperationErrors.Forbidden,
        Access.OwnerOrAdministrator => caller.Role >= AccountRole.Owner || (caller.IsAdministrator && caller.Role != AccountRole.None) ? null : OperationErrors.Forbidden,
        Access.Unattended => caller.Source is CallerSource.Policy or CallerSource.Job ? null : OperationErrors.Forbidden,
        _ => throw new InvalidOperationException($"Unknown access {Access}."),
    };

    private static List<PropertyInfo> FindMandatory(Type operation)
    {
        var nullability = new NullabilityInfoContext();
        var parameters = operation.GetConstructors().MaxBy(each => each.GetParameters().Length)!.GetParameters();
        return [.. parameters
            .Where(each => each.ParameterType == typeof(string) && nullability.Create(each).ReadState == NullabilityState.NotNull)
            .Select(each => operation.GetProperty(each.Name!)!)];
    }
}

internal abstract class OperationEntry<TResult>(Type operation, Access access, Effect effect) : OperationEntry(operation, typeof(TResult), access, effect)
    where TResult : class
{
    public override async Task<object> RunAsync(OperationRunner runner, object request, Caller caller, string requestId, CancellationToken cancel)
        => await runner.RunAsync((IOperation<TResult>)request, caller, requestId, cancel);

    public abstract Task<TResult> RunAsync(IServiceProvider services, IOperation<TResult> request, Caller caller, CancellationToken cancel);

    public abstract string? ResourceOf(IOperation<TResult> request, TResult? result);
}

internal sealed class OperationEntry<TOperation, TResult, THandler>(Access access, Effect effect, Func<TOperation, TResult?, string?>? resource)
    : OperationEntry<TResult>(typeof(TOperation), access, effect)
    where TOperation : IOperation<TResult>
    where TResult : class
    where THandler : class, IHandler<TOperation, TResult>
{
    public override Task<TResult> RunAsync(IServiceProvider services, IOperation<TResult> request, Caller caller, CancellationToken cancel)
        => services.GetRequiredService<THandler>().RunAsync((TOperation)request, caller, cancel);

    public override string? ResourceOf(IOperation<TResult> request, TResult? result) => resource?.Invoke((TOperation)request, result);
}
