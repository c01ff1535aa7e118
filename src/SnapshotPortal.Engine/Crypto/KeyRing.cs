using System.Security.Cryptography;
using SnapshotPortal.Engine.Objects;

namespace SnapshotPortal.Engine.Crypto;

/// <summary>
/// The key-encryption keys that an administrator gave, which are stored nowhere else: the first wraps, all unwrap. To rotate,
/// put a new one first, wrap all keys again, and take the old one out. Immutable, thread-safe.
/// </summary>
public sealed class KeyRing
{
    private readonly Dictionary<string, byte[]> keks = new(StringComparer.Ordinal);

    private KeyRing(string currentId) => CurrentId = currentId;

    /// <summary>The id of the key-encryption key that wraps.</summary>
    public string CurrentId { get; }

    /// <summary>The ids of all, to be shown.</summary>
    public IReadOnlyCollection<string> Ids => keks.Keys;

    /// <summary>
    /// Reads a ring from the text of a file or an environment variable: lines (or parts between ';') of an id and 32 bytes in
    /// Base64, empty ones and those that begin with '#' aside.
    /// </summary>
    /// <exception cref="EngineException"><see cref="EngineFault.KeyUnavailable"/>, naming the place and line but never the key.</exception>
    public static KeyRing Parse(string place, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        KeyRing? ring = null;
        var number = 0;
        foreach (var line in text.Split('\n', ';'))
        {
            number++;
            if (line.AsSpan().Trim() is { IsEmpty: true } or ['#', ..]) continue;
            var parts = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            var key = new byte[DataKey.SecretBytes];
            if (parts.Length != 2 || !IsKekId(parts[0])) throw Unreadable(place, number, "is not an id (a–z 0–9 . _ -, at most 64) and a key");
            if (!Convert.TryFromBase64String(parts[1], key, out var written) || written != key.Length) throw Unreadable(place, number, $"holds no key of {DataKey.SecretBytes} bytes in Base64 (make one with: openssl rand -base64 32)");
            ring ??= new KeyRing(parts[0]);
            if (!ring.keks.TryAdd(parts[0], key)) throw Unreadable(place, number, $"names '{parts[0]}' a second time");
        }
        return ring ?? throw new EngineException(EngineFault.KeyUnavailable, $"{place} holds no key-encryption key.");
    }

    /// <summary>Encrypts a disk's key under the current key-encryption key. The same input always gives the same bytes.</summary>
    public WrappedKey Wrap(DataKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var kek = keks[CurrentId];
        var bound = WrappedKey.EncodeBound(key.Id, CurrentId);
        // The nonce is a function of all that is wrapped (under a key of its own), so it comes again only with the same input.
        Span<byte> nonce = HMACSHA256.HashData(Subkey(kek, "nonce"), (byte[])[.. bound, .. key.Secret]).AsSpan(0, WrappedKey.NonceBytes);
        byte[] wrapped = new byte[DataKey.SecretBytes], tag = new byte[WrappedKey.TagBytes];
        using var cipher = new AesGcm(Subkey(kek, "wrap"), WrappedKey.TagBytes);
        cipher.Encrypt(nonce, key.Secret, wrapped, tag, bound);
        return WrappedKey.From(key.Id, CurrentId, bound, nonce, wrapped, tag);
    }

    /// <summary>Decrypts a disk's key.</summary>
    /// <exception cref="EngineException"><see cref="EngineFault.KeyUnavailable"/> when its key-encryption key is not in the ring or is another one of that name.</exception>
    public DataKey Unwrap(WrappedKey wrapped)
    {
        ArgumentNullException.ThrowIfNull(wrapped);
        if (!keks.TryGetValue(wrapped.KekId, out var kek)) throw Needed(wrapped, $"which is not among those that are configured ({string.Join(", ", keks.Keys)}). Add it to them");
        var secret = new byte[DataKey.SecretBytes];
        using var cipher = new AesGcm(Subkey(kek, "wrap"), WrappedKey.TagBytes);
        try { cipher.Decrypt(wrapped.Nonce, wrapped.Sealed, wrapped.Tag, secret, wrapped.Bound); }
        catch (AuthenticationTagMismatchException) { throw Needed(wrapped, "but the one configured under that id is another. Configure the one that was used"); }
        return new DataKey(wrapped.KeyId, secret);
    }

    /// <summary>The refusal where no ring is configured at all.</summary>
    internal static EngineException Needed(WrappedKey wrapped, string otherwise) =>
        new(EngineFault.KeyUnavailable, $"The key {wrapped.KeyId} is wrapped under the key-encryption key '{wrapped.KekId}', {otherwise}.");

    internal static bool IsKekId(string id) => id.Length <= WrappedKey.KekIdBytesMax && ObjectNames.IsPart(id);

    private static byte[] Subkey(byte[] kek, string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, kek, DataKey.SecretBytes, salt: null, info: System.Text.Encoding.UTF8.GetBytes("SnapshotPortal kek " + purpose));

    private static EngineException Unreadable(string place, int line, string how) => new(EngineFault.KeyUnavailable, $"Line {line} of {place} {how}.");
}
