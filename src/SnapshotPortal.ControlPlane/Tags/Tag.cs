namespace SnapshotPortal.ControlPlane.Tags;

/// <summary>A tag as requests give it: to set, or to filter by.</summary>
/// <param name="Key">1–128 characters.</param>
/// <param name="Value">0–128 characters; in a filter null matches any.</param>
public sealed record Tag(string? Key, string? Value);

/// <summary>A tag as answers tell it.</summary>
public sealed record TagInfo(string TagKey, string TagValue);
