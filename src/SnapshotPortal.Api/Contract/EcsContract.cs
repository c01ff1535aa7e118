using System.Text.Json;

namespace SnapshotPortal.Api.Contract;

/// <summary>
/// The ECS API of version 2014-05-26 as published: every action with its parameters, the nesting of its answer and its
/// codes, read from <c>operations.json</c>. How things are spelled on the wire stands only there; what the portal supports
/// of it, only on the records of the operations.
/// </summary>
public sealed class EcsContract
{
    private EcsContract(string version, IReadOnlyDictionary<string, EcsAction> actions) => (Version, Actions) = (version, actions);

    /// <summary>The one that this program carries.</summary>
    public static EcsContract Published { get; } = Read();

    /// <summary>As requests name it.</summary>
    public string Version { get; }

    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, EcsAction> Actions { get; }

    private static EcsContract Read()
    {
        using var stream = typeof(EcsContract).Assembly.GetManifestResourceStream("operations.json")!;
        using var document = JsonDocument.Parse(stream);
        var root = document.RootElement;
        var actions = root.GetProperty("operations").EnumerateObject().ToDictionary(each => each.Name, each => ReadAction(each.Name, each.Value), StringComparer.Ordinal);
        return new(root.GetProperty("version").GetString()!, actions);
    }

    private static EcsAction ReadAction(string name, JsonElement action) => new(
        name,
        action.GetProperty("group").GetString()!,
        ReadParameters(action.GetProperty("request")),
        EcsAnswer.Read(action.GetProperty("response")),
        [.. action.GetProperty("errors").EnumerateObject().SelectMany(status => status.Value.EnumerateArray().Select(code => new EcsCode(code.GetString()!, int.Parse(status.Name))))]);

    private static Dictionary<string, EcsParameter> ReadParameters(JsonElement fields)
        => fields.EnumerateObject().ToDictionary(each => each.Name, each => ReadParameter(each.Name, each.Value), StringComparer.OrdinalIgnoreCase);

    private static EcsParameter ReadParameter(string name, JsonElement parameter)
    {
        var format = parameter.TryGetProperty("format", out var given) ? given.GetString() : null;
        var shape = (parameter.GetProperty("type").GetString(), format) switch
        {
            ("string", "json-array-string") => EcsShape.JsonArray,
            ("string", "csv-string") => EcsShape.CommaList,
            ("string", _) => EcsShape.Text,
            ("integer", _) => EcsShape.Number,
            ("boolean", _) => EcsShape.Boolean,
            ("object", _) => EcsShape.Structure,
            ("string[]", _) => EcsShape.TextList,
            ("object[]", _) => EcsShape.StructureList,
            var (type, _) => throw new InvalidDataException($"operations.json: {name} has the unknown type {type}."),
        };
        return new(name, shape, Has("required"), Has("hidden"), Has("deprecated"), parameter.TryGetProperty("fields", out var fields) ? ReadParameters(fields) : []);

        bool Has(string flag) => parameter.TryGetProperty(flag, out var value) && value.ValueKind == JsonValueKind.True;
    }
}

/// <summary>An action of the API.</summary>
/// <param name="Name">As requests name it.</param>
/// <param name="Group">What it is about: <c>disk</c>, <c>snapshot</c>, …</param>
/// <param name="Parameters">By name, whatever its case.</param>
/// <param name="Answer">The members of the answer beside each other.</param>
/// <param name="Codes">The published refusals; a code can stand for several statuses.</param>
public sealed record EcsAction(string Name, string Group, IReadOnlyDictionary<string, EcsParameter> Parameters, EcsAnswer Answer, IReadOnlyList<EcsCode> Codes);

/// <summary>A published refusal.</summary>
public sealed record EcsCode(string Code, int HttpStatus);

/// <summary>A parameter of an action, or a member of one that is an object.</summary>
public sealed record EcsParameter(string Name, EcsShape Shape, bool IsMandatory, bool IsHidden, bool IsDeprecated, IReadOnlyDictionary<string, EcsParameter> Members);

/// <summary>How a parameter is written (SPEC 6.2).</summary>
public enum EcsShape
{
    Text,
    Number,
    Boolean,

    /// <summary>JSON text in one parameter: <c>DiskIds=["d-1","d-2"]</c>.</summary>
    JsonArray,

    /// <summary>One parameter: <c>TaskIds=t-1,t-2</c>.</summary>
    CommaList,

    /// <summary><c>ResourceId.1=…&amp;ResourceId.2=…</c>.</summary>
    TextList,

    /// <summary><c>SystemDisk.Category=…</c>.</summary>
    Structure,

    /// <summary><c>Tag.1.Key=…&amp;Tag.1.Value=…</c>.</summary>
    StructureList,
}
