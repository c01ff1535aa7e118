using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Draws access keys and keeps their secrets encrypted.</summary>
internal sealed class AccessKeySecrets(RandomNumberGenerator random, IDataProtectionProvider protection)
{
    private const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

    private readonly IDataProtector protector = protection.CreateProtector("SnapshotPortal.AccessKey");

    public string NewId() => "SPAK" + Draw(20);

    /// <summary>About 233 bits.</summary>
    public string NewSecret() => Draw(40);

    public string Protect(string secret) => protector.Protect(secret);

    public string Unprotect(string protectedSecret) => protector.Unprotect(protectedSecret);

    private string Draw(int length)
    {
        Span<char> drawn = stackalloc char[length];
        Span<byte> next = stackalloc byte[1];
        for (var i = 0; i < length;)
        {
            random.GetBytes(next);
            if (next[0] < 256 - (256 % Alphabet.Length)) drawn[i++] = Alphabet[next[0] % Alphabet.Length]; // the rest would be a bias
        }

        return drawn.ToString();
    }
}
