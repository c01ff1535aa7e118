using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>What a signature is checked with.</summary>
/// <param name="Id">The AccessKeyId.</param>
/// <param name="Secret">The secret itself.</param>
/// <param name="IsActive">Neither disabled nor expired.</param>
/// <param name="Caller">Who asks with it.</param>
public sealed record SigningKey(string Id, string Secret, bool IsActive, Caller Caller);

/// <summary>Finds access keys for the API. What was read is remembered until the next change of the database.</summary>
public sealed class AccessKeys
{
    private static readonly TimeSpan UseNoted = TimeSpan.FromMinutes(1);

    private readonly IDbContextFactory<PortalDb> databases;
    private readonly WriteGate gate;
    private readonly AccessKeySecrets secrets;
    private readonly TimeProvider time;
    private readonly ConcurrentDictionary<string, (long Commits, Known Key)> remembered = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DateTimeOffset> noted = new(StringComparer.Ordinal);

    internal AccessKeys(IDbContextFactory<PortalDb> databases, WriteGate gate, AccessKeySecrets secrets, TimeProvider time)
        => (this.databases, this.gate, this.secrets, this.time) = (databases, gate, secrets, time);

    /// <summary>The key of that id; null where there is none.</summary>
    public async Task<SigningKey?> FindAsync(string id, CancellationToken cancel)
    {
        var commits = gate.Commits; // before reading: what is committed meanwhile makes the memory old, not wrong
        if (!remembered.TryGetValue(id, out var known) || known.Commits != commits)
        {
            await using var db = await databases.CreateDbContextAsync(cancel);
            if (await db.AccessKeys.AsNoTracking().SingleOrDefaultAsync(key => key.Id == id, cancel) is not { } key)
            {
                remembered.TryRemove(id, out _);
                return null;
            }

            remembered[id] = known = (commits, Read(key));
        }

        var (signing, isActive, expiresAt) = known.Key;
        return signing with { IsActive = isActive && (expiresAt is null || expiresAt > time.GetUtcNow()) };
    }

    /// <summary>Notes that the key was used now, at most once a minute.</summary>
    public async Task NoteUseAsync(SigningKey key, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        if (noted.TryGetValue(key.Id, out var before) && now - before < UseNoted) return;
        noted[key.Id] = now;
        await using var db = await databases.CreateDbContextAsync(cancel);
        if (await db.AccessKeys.SingleOrDefaultAsync(each => each.Id == key.Id, cancel) is not { } stored) return;
        stored.LastUsedAt = now;
        await db.SaveChangesAsync(cancel);
    }

    private Known Read(AccessKey key)
    {
        var caller = new Caller(key.AccountId, key.UserId, AccountRole.None, IsAdministrator: false, CallerSource.Api) { RoleMax = key.RoleMax };
        try
        {
            return new(new(key.Id, secrets.Unprotect(key.ProtectedSecret), key.IsActive, caller), key.IsActive, key.ExpiresAt);
        }
        catch (CryptographicException)
        {
            // The keys directory is not the one that the secret was encrypted with: no signature can be right any more.
            return new(new(key.Id, "", IsActive: false, caller), IsActive: false, key.ExpiresAt);
        }
    }

    private sealed record Known(SigningKey Signing, bool IsActive, DateTimeOffset? ExpiresAt);
}
