using System.Text.Json;

namespace SnapshotPortal.Api.Contract;

/// <summary>What an answer has at one place.</summary>
public sealed class EcsAnswer
{
    private EcsAnswer(EcsAnswerKind kind) => Kind = kind;

    public EcsAnswerKind Kind { get; }

    /// <summary>Of an object, by name, in the published order.</summary>
    public IReadOnlyList<KeyValuePair<string, EcsAnswer>> Members { get; private init; } = [];

    /// <summary>Of an array.</summary>
    public EcsAnswer? Item { get; private init; }

    /// <summary>Lists are wrapped twice, as <c>Disks.Disk[]</c>: an object whose only member is an array.</summary>
    public (string Name, EcsAnswer Item)? Wrapped => Members is [{ Value.Kind: EcsAnswerKind.Array } only] ? (only.Key, only.Value.Item!) : null;

    internal static EcsAnswer Read(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new(EcsAnswerKind.Structure) { Members = [.. element.EnumerateObject().Select(each => KeyValuePair.Create(each.Name, Read(each.Value)))] },
        JsonValueKind.Array => new(EcsAnswerKind.Array) { Item = Read(element[0]) },
        _ => new(element.GetString() switch
        {
            "string" => EcsAnswerKind.Text,
            "integer" => EcsAnswerKind.Number,
            "boolean" => EcsAnswerKind.Boolean,
            var type => throw new InvalidDataException($"operations.json: an answer has the unknown type {type}."),
        }),
    };
}

/// <summary>The kinds of values in answers.</summary>
public enum EcsAnswerKind
{
    Text,
    Number,
    Boolean,
    Structure,
    Array,
}
