using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;

namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>The first answer to a request that carried a token; kept for a day.</summary>
internal sealed class ClientToken
{
    public required string AccountId { get; init; }

    public required string Operation { get; init; }

    public required string Token { get; init; }

    public required string RequestSha256 { get; init; }

    public required string Result { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public static void Map(ModelBuilder builder) => builder.Entity<ClientToken>(token =>
    {
        token.HasKey(each => new { each.AccountId, each.Operation, each.Token });
        token.HasIndex(each => each.CreatedAt);
    });
}

/// <summary>
/// Answers a repeated request with the first answer. Lookup, effect and record share one write transaction, so two equal
/// requests at once cannot both take effect.
/// </summary>
internal sealed class ClientTokens(PortalDb db, TimeProvider time)
{
    private static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    public async Task<TResult?> FindAsync<TResult>(IOperation<TResult> operation, string token, Caller caller, CancellationToken cancel)
        where TResult : class
    {
        if (token.Length is < 1 or > 64 || !token.All(char.IsAscii)) throw new OperationException(OperationErrors.ClientTokenMalformed, "ClientToken");
        var name = operation.GetType().Name;
        var known = await db.ClientTokens.AsNoTracking()
            .SingleOrDefaultAsync(each => each.AccountId == caller.AccountId && each.Operation == name && each.Token == token, cancel);
        if (known is null || known.CreatedAt < time.GetUtcNow() - Kept) return null;
        if (known.RequestSha256 != Sha256(operation)) throw new OperationException(OperationErrors.IdempotentParameterMismatch, "ClientToken");
        return JsonSerializer.Deserialize<TResult>(known.Result);
    }

    public async Task AddAsync<TResult>(IOperation<TResult> operation, string token, Caller caller, TResult result, CancellationToken cancel)
    {
        var oldest = time.GetUtcNow() - Kept;
        await db.ClientTokens.Where(each => each.CreatedAt < oldest).ExecuteDeleteAsync(cancel);
        db.ClientTokens.Add(new()
        {
            AccountId = caller.AccountId,
            Operation = operation.GetType().Name,
            Token = token,
            RequestSha256 = Sha256(operation),
            Result = JsonSerializer.Serialize(result),
            CreatedAt = time.GetUtcNow(),
        });
    }

    private static string Sha256(object operation)
        => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(operation, operation.GetType())));
}
