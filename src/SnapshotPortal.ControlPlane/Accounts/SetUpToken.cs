using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>
/// The one-time token that lets the first visitor become administrator. It lives in memory as a hash only: each start
/// makes another, and the first user ends it.
/// </summary>
public sealed class SetUpToken
{
    private const int TriesMax = 5;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly IDbContextFactory<PortalDb> databases;
    private readonly Passwords passwords;
    private readonly TimeProvider time;
    private readonly Lock guard = new();
    private byte[]? hash;
    private int tries;
    private DateTimeOffset windowEnds;

    internal SetUpToken(IDbContextFactory<PortalDb> databases, Passwords passwords, TimeProvider time)
        => (this.databases, this.passwords, this.time) = (databases, passwords, time);

    /// <summary>Whether nobody has set the portal up yet.</summary>
    public async Task<bool> IsNeededAsync(CancellationToken cancel = default)
    {
        await using var db = await databases.CreateDbContextAsync(cancel);
        return !await db.Users.AnyAsync(cancel);
    }

    /// <summary>A new token for the console, which ends the one before; null where the portal is set up. The host calls it once after start.</summary>
    public async Task<string?> IssueAsync(CancellationToken cancel = default)
    {
        if (!await IsNeededAsync(cancel)) return null;
        var token = passwords.New();
        lock (guard) hash = Sha256(token);
        return token;
    }

    internal TokenCheck Check(string token)
    {
        var now = time.GetUtcNow();
        lock (guard)
        {
            if (now >= windowEnds) (tries, windowEnds) = (0, now + Window);
            if (tries >= TriesMax) return TokenCheck.TooOften;
            if (hash is not null && CryptographicOperations.FixedTimeEquals(hash, Sha256(token.Trim()))) return TokenCheck.Right;
            tries++;
            return TokenCheck.Wrong;
        }
    }

    internal void Consume()
    {
        lock (guard) hash = null;
    }

    private static byte[] Sha256(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}

/// <summary>What became of a token that somebody gave.</summary>
internal enum TokenCheck
{
    Right,
    Wrong,
    TooOften,
}
