using System.Collections.Concurrent;
using SnapshotPortal.Api.Contract;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Api.Binding;

/// <summary>Makes the record of an operation out of the parameters of a request, as the contract spells them (SPEC 6.2).</summary>
internal static class ParameterBinder
{
    private static readonly ConcurrentDictionary<(Type, IReadOnlyDictionary<string, EcsParameter>), RecordPlan> Plans = new();

    /// <summary>Refuses what lacks a mandatory parameter (SPEC P19) or has one of the wrong type (P18). Unknown parameters do not matter.</summary>
    public static object Bind(EcsAction action, Type record, ParameterTree parameters)
    {
        foreach (var parameter in action.Parameters.Values)
        {
            if (parameter.IsMandatory && IsAbsent(parameter, parameters.Find(parameter.Name))) throw new OperationException(OperationErrors.Missing(parameter.Name), parameter.Name);
        }

        return Bind(action, record, action.Parameters, parameters);
    }

    /// <summary>The members of a record that are parameters, and which; also for the contract's test and the reference.</summary>
    public static RecordPlan PlanOf(Type record, IReadOnlyDictionary<string, EcsParameter> parameters)
        => Plans.GetOrAdd((record, parameters), static key => new(key.Item1, key.Item2));

    private static object Bind(EcsAction action, Type record, IReadOnlyDictionary<string, EcsParameter> parameters, ParameterTree tree)
        => PlanOf(record, parameters).Make(member => tree.Find(member.Parameter.Name) is { } place ? ReadValue(action, member.Parameter, member.Type, place) : null);

    private static object? ReadValue(EcsAction action, EcsParameter parameter, Type type, ParameterTree place)
    {
        if (WireTypes.ItemOf(type) is { } item) return ReadList(action, parameter, item, place);
        if (parameter.Shape == EcsShape.Structure) return Bind(action, type, parameter.Members, place);
        return place.Value is { } text ? ReadScalar(action, parameter, type, text) : null;
    }

    private static Array? ReadList(EcsAction action, EcsParameter parameter, Type item, ParameterTree place)
    {
        var values = parameter.Shape switch
        {
            EcsShape.StructureList => place.Items().Select(each => Bind(action, item, parameter.Members, each)),
            EcsShape.TextList => Scalars(place.Items().Where(each => each.Value is not null).Select(each => each.Value!)),
            EcsShape.JsonArray => string.IsNullOrEmpty(place.Value) ? null : Scalars(WireTypes.ReadJsonArray(place.Value) ?? throw Refusal(action, parameter)),
            _ => string.IsNullOrEmpty(place.Value) ? null : Scalars(place.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)),
        };
        if (values is null) return null;
        List<object?> read = [.. values];
        var list = Array.CreateInstance(item, read.Count);
        for (var i = 0; i < read.Count; i++) list.SetValue(read[i], i);
        return list;

        IEnumerable<object?> Scalars(IEnumerable<string> texts) => texts.Select(text => ReadScalar(action, parameter, item, text));
    }

    /// <summary>Nothing in a number's place is as if it were not there; text is text, empty too.</summary>
    private static object? ReadScalar(EcsAction action, EcsParameter parameter, Type type, string text)
    {
        if (type == typeof(string)) return text;
        if (text.Length == 0) return null;
        return WireTypes.ReadScalar(type, text) ?? throw Refusal(action, parameter);
    }

    private static bool IsAbsent(EcsParameter parameter, ParameterTree? place) => place is null || parameter.Shape switch
    {
        EcsShape.TextList or EcsShape.StructureList => !place.Items().Any(),
        EcsShape.Structure => false,
        _ => string.IsNullOrEmpty(place.Value),
    };

    /// <summary>The action's own code for this parameter where it has one, else the general one.</summary>
    private static OperationException Refusal(EcsAction action, EcsParameter parameter)
    {
        var own = $"Invalid{char.ToUpperInvariant(parameter.Name[0])}{parameter.Name[1..]}";
        var code = action.Codes.FirstOrDefault(each => each.Code == $"{own}.Malformed") ?? action.Codes.FirstOrDefault(each => each.Code == own);
        var error = OperationErrors.Invalid(parameter.Name, parameter.Shape switch
        {
            EcsShape.Number => "a whole number",
            EcsShape.Boolean => "true or false",
            EcsShape.JsonArray => "a JSON array such as [\"a\",\"b\"]",
            _ => "as the reference of the action says",
        });
        return new(code is null ? error : error with { Code = code.Code, HttpStatus = code.HttpStatus }, parameter.Name);
    }
}
