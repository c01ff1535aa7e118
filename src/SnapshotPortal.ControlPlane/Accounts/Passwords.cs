using System.Security.Cryptography;

namespace SnapshotPortal.ControlPlane.Accounts;

/// <summary>Draws one-time passwords: 20 characters that are not mistaken for one another, about 97 bits.</summary>
internal sealed class Passwords(RandomNumberGenerator random)
{
    /// <summary>The shortest password; length is the only rule, as NIST SP 800-63B 5.1.1 has it.</summary>
    public const int LengthMin = 10;

    private const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

    public string New()
    {
        Span<byte> bytes = stackalloc byte[20];
        random.GetBytes(bytes);
        return string.Create(20, bytes, static (text, drawn) =>
        {
            for (var i = 0; i < text.Length; i++) text[i] = Alphabet[drawn[i] % Alphabet.Length]; // 32 letters: no bias
        });
    }
}
