using System.Collections.Frozen;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.Engine;

namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>
/// The only way in: runs an operation for a caller. Once for all operations it authorizes, validates, replays a client
/// token, keeps the audit trail, measures, and tells the watchers what changed.
/// </summary>
public sealed partial class OperationRunner
{
    private readonly IServiceScopeFactory scopes;
    private readonly OperationTable table;
    private readonly OperationMetrics metrics;
    private readonly ResourceIds ids;
    private readonly TimeProvider time;
    private readonly ILogger<OperationRunner> log;

    internal OperationRunner(
        IServiceScopeFactory scopes, OperationTable table, OperationMetrics metrics, ResourceIds ids, TimeProvider time, ILogger<OperationRunner> log)
    {
        (this.scopes, this.table, this.metrics, this.ids, this.time, this.log) = (scopes, table, metrics, ids, time, log);
        ForApi = table.Entries.Where(entry => !entry.IsPortalOnly).ToFrozenDictionary(entry => entry.Name, entry => new ApiOperation(entry, this), StringComparer.Ordinal);
    }

    /// <summary>The operations that the HTTP API offers, by name.</summary>
    public IReadOnlyDictionary<string, ApiOperation> ForApi { get; }

    /// <summary>A new id for a request, as the API gives one to each answer.</summary>
    public string NewRequestId() => ids.NewRequestId();

    /// <summary>Runs the operation; a refusal is an <see cref="OperationException"/>.</summary>
    /// <remarks>Off the caller's thread from the first step: SQLite and the pool answer synchronously, and a circuit has its own work to do.</remarks>
    public Task<TResult> RunAsync<TResult>(IOperation<TResult> operation, Caller caller, CancellationToken cancel = default)
        where TResult : class => RunAsync(operation, caller, ids.NewRequestId(), cancel);

    /// <summary>The same under a request id that the caller has made and tells its own caller.</summary>
    internal Task<TResult> RunAsync<TResult>(IOperation<TResult> operation, Caller caller, string requestId, CancellationToken cancel)
        where TResult : class => Task.Run(() => RunGuardedAsync(operation, caller, requestId, cancel), cancel);

    private async Task<TResult> RunGuardedAsync<TResult>(IOperation<TResult> operation, Caller caller, string requestId, CancellationToken cancel)
        where TResult : class
    {
        var entry = table.Find(operation);
        var started = time.GetTimestamp();
        var outcome = AuditEntry.Success;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            return await RunAsync(scope.ServiceProvider, entry, operation, caller, requestId, cancel);
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            var refusal = Translate(exception, entry.Name, requestId);
            outcome = refusal.Error.Code;
            if (entry.Effect == Effect.Change) await AuditRefusalAsync(entry, operation, caller, refusal);
            if (refusal == exception) throw;
            throw refusal;
        }
        finally
        {
            metrics.Record(entry.Name, caller.Source, outcome, time.GetElapsedTime(started));
        }
    }

    private async Task<TResult> RunAsync<TResult>(
        IServiceProvider services, OperationEntry<TResult> entry, IOperation<TResult> operation, Caller asked, string requestId, CancellationToken cancel)
        where TResult : class
    {
        var db = services.GetRequiredService<PortalDb>();
        await using var write = entry.Effect == Effect.Change ? await db.BeginWriteAsync(cancel) : null;
        var caller = await Callers.RefreshAsync(db, asked, cancel);
        if (entry.Refusal(caller) is { } refusal) throw new OperationException(refusal);
        entry.RequireMandatory(operation);
        if (write is null) return await entry.RunAsync(services, operation, caller, cancel);

        var tokens = services.GetRequiredService<ClientTokens>();
        var token = (operation as IRepeatableOperation)?.ClientToken;
        if (token is not null && await tokens.FindAsync(operation, token, caller, cancel) is { } first) return first;
        var result = await entry.RunAsync(services, operation, caller, cancel);
        if (token is not null) await tokens.AddAsync(operation, token, caller, result, cancel);
        await AuditTrail.AddAsync(db, Audit(requestId, caller, entry.Name, entry.ResourceOf(operation, result), AuditEntry.Success), cancel);
        await write.CommitAsync();
        return result;
    }

    private OperationException Translate(Exception exception, string operation, string requestId)
    {
        var refusal = exception switch
        {
            OperationException own => own,
            EngineException engine => new OperationException(EngineFaults.ToError(engine), innerException: engine),
            _ => new OperationException(OperationErrors.Internal, innerException: exception),
        };
        if (refusal.Error.HttpStatus >= 500) LogFailed(exception, operation, requestId, refusal.Error.Code);
        refusal.RequestId = requestId;
        return refusal;
    }

    private async Task AuditRefusalAsync<TResult>(OperationEntry<TResult> entry, IOperation<TResult> operation, Caller caller, OperationException refusal)
        where TResult : class
    {
        // The operation's own transaction is undone by now; a refusal that cannot be recorded must not hide the refusal.
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<PortalDb>();
            await using var write = await db.BeginWriteAsync(CancellationToken.None);
            await AuditTrail.AddAsync(db, Audit(refusal.RequestId, caller, entry.Name, entry.ResourceOf(operation, null), refusal.Error.Code), CancellationToken.None);
            await write.CommitAsync();
        }
        catch (Exception exception)
        {
            LogFailed(exception, entry.Name, refusal.RequestId, refusal.Error.Code);
        }
    }

    private AuditEntry Audit(string requestId, Caller caller, string operation, string? resourceId, string outcome) => new()
    {
        Id = requestId,
        CreatedAt = time.GetUtcNow(),
        AccountId = caller.AccountId,
        UserId = caller.UserId,
        Source = caller.Source,
        Operation = operation,
        ResourceId = resourceId,
        Outcome = outcome,
    };

    [LoggerMessage(1000, LogLevel.Error, "{Operation} failed: {Code}, request {RequestId}")]
    private partial void LogFailed(Exception exception, string operation, string requestId, string code);
}
