using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Tags;

/// <summary>The rules for tags (SPEC 2.13).</summary>
internal static class TagRules
{
    public const int LengthMax = 128;
    public const int PerResourceMax = 20;
    public const int ResourcesMax = 50;

    /// <summary>Tags that are set: keys and values keep their rules, and no key comes twice.</summary>
    public static void Require(IReadOnlyList<Tag> tags)
    {
        foreach (var tag in tags)
        {
            if (!IsKey(tag.Key)) throw new OperationException(TagErrors.KeyMalformed, "Tag");
            if (tag.Value is { } value && (value.Length > LengthMax || HasAddress(value))) throw new OperationException(TagErrors.ValueMalformed, "Tag");
        }

        if (tags.DistinctBy(tag => tag.Key, StringComparer.Ordinal).Count() < tags.Count) throw new OperationException(TagErrors.KeyTwice, "Tag");
    }

    private static bool IsKey(string? key)
        => key is { Length: >= 1 and <= LengthMax } && !key.StartsWith("aliyun", StringComparison.Ordinal) && !key.StartsWith("acs:", StringComparison.Ordinal) && !HasAddress(key);

    private static bool HasAddress(string text)
        => text.Contains("http://", StringComparison.Ordinal) || text.Contains("https://", StringComparison.Ordinal);
}
