namespace SnapshotPortal.Engine.Objects;

/// <summary>The names that every object store accepts.</summary>
public static class ObjectNames
{
    /// <summary>The longest name.</summary>
    public const int CharactersMax = 512;

    /// <summary>Throws an <see cref="ArgumentException"/> unless <paramref name="name"/> keeps the rules of <see cref="IObjectStore"/>.</summary>
    public static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length is 0 or > CharactersMax || !name.Split('/').All(IsPart))
            throw new ArgumentException($"'{name}' is no object name: 1–{CharactersMax} characters of a–z 0–9 . _ - in parts separated by '/', none of them empty, '.' or '..'.", nameof(name));
    }

    /// <summary>Whether a text is one part of a name, that is a name without '/'.</summary>
    public static bool IsPart(string part) =>
        part.Length is > 0 and <= CharactersMax && part is not ("." or "..")
        && part.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '.' or '_' or '-');
}
