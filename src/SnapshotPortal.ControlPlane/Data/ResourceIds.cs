using System.Security.Cryptography;

namespace SnapshotPortal.ControlPlane.Data;

/// <summary>Makes ids that never come twice: a prefix (SPEC 2.1) and 20 lower-case letters and digits, about 103 bits.</summary>
internal sealed class ResourceIds(RandomNumberGenerator random)
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    private const int Length = 20;

    public string New(string prefix)
    {
        Span<char> id = stackalloc char[Length];
        Span<byte> drawn = stackalloc byte[1];
        for (var i = 0; i < Length;)
        {
            random.GetBytes(drawn);
            if (drawn[0] < 252) id[i++] = Alphabet[drawn[0] % 36]; // 252 = 7 · 36: no bias
        }

        return $"{prefix}-{id}";
    }

    /// <summary>A request id, in the form that ECS gives it.</summary>
    public string NewRequestId()
    {
        Span<byte> bytes = stackalloc byte[16];
        random.GetBytes(bytes);
        return new Guid(bytes).ToString().ToUpperInvariant();
    }
}
