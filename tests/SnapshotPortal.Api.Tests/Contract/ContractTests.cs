using SnapshotPortal.Api.Answers;
using SnapshotPortal.Api.Binding;
using SnapshotPortal.Api.Contract;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Api.Tests.Contract;

/// <summary>The records of the operations against the published contract: names, types, nesting, lists.</summary>
public sealed class ContractTests : IAsyncLifetime
{
    private TestApi api = null!;

    public async Task InitializeAsync() => api = await TestApi.StartAsync();

    public async Task DisposeAsync() => await api.DisposeAsync();

    [Fact]
    public void Seventy_four_actions_are_known() => Assert.Equal(74, EcsContract.Published.Actions.Count);

    [Fact]
    public void Every_operation_fits_the_contract()
    {
        var differences = api.Service<OperationRunner>().ForApi.Values.OrderBy(operation => operation.Name, StringComparer.Ordinal).SelectMany(DifferencesOf).ToList();
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public void A_difference_is_told_by_operation_and_member()
    {
        var action = EcsContract.Published.Actions["DescribeDisks"];
        Assert.Contains("X.Sise: the contract has no such parameter", Requests("X", typeof(Wrong), action.Parameters));
        Assert.Contains("X.Tag.Key: Int32 where the contract has Text", Requests("X", typeof(Wrong), action.Parameters));
        Assert.Contains("X.Disks.Size: String where the contract has Number", Answers("X", typeof(WrongAnswer), action.Answer));
        Assert.Contains("X.Disks.Colour: the contract has no such member", Answers("X", typeof(WrongAnswer), action.Answer));
        Assert.Contains("X.TotalCount: list of String where the contract has Number", Answers("X", typeof(WrongAnswer), action.Answer));
    }

    private static IEnumerable<string> DifferencesOf(ApiOperation operation)
    {
        if (!EcsContract.Published.Actions.TryGetValue(operation.Name, out var action)) return [$"{operation.Name}: not an action of the contract; mark the record PortalOnly"];
        return Requests(operation.Name, operation.Request, action.Parameters).Concat(Answers(operation.Name, operation.Result, action.Answer));
    }

    private static IEnumerable<string> Requests(string place, Type record, IReadOnlyDictionary<string, EcsParameter> parameters)
    {
        var plan = ParameterBinder.PlanOf(record, parameters);
        foreach (var name in plan.Unpublished) yield return $"{place}.{name}: the contract has no such parameter";
        foreach (var (name, type, parameter) in plan.Members)
        {
            var item = WireTypes.ItemOf(type);
            var value = Underlying(item ?? type);
            var fits = parameter.Shape switch
            {
                EcsShape.Text => value.IsEnum || value == typeof(string) || value == typeof(DateTimeOffset),
                // Text in a number's place: two actions share a record and spell it differently; the operation reads the number.
                EcsShape.Number => item is null && (value == typeof(int) || value == typeof(long) || value == typeof(string)),
                EcsShape.Boolean => item is null && value == typeof(bool),
                EcsShape.JsonArray or EcsShape.CommaList or EcsShape.TextList => item is not null && (value == typeof(string) || value == typeof(int)),
                EcsShape.Structure => item is null && IsRecord(value),
                _ => item is not null && IsRecord(value),
            };
            if (!fits) yield return $"{place}.{name}: {(item is null ? "" : "list of ")}{value.Name} where the contract has {parameter.Shape}";
            else if (IsRecord(value))
            {
                foreach (var inner in Requests($"{place}.{name}", value, parameter.Members)) yield return inner;
            }
        }
    }

    private static IEnumerable<string> Answers(string place, Type record, EcsAnswer answer)
    {
        var plan = AnswerPlan.Of(record, answer);
        foreach (var name in plan.Unpublished) yield return $"{place}.{name}: the contract has no such member";
        foreach (var (name, property, expected) in plan.Members)
        {
            var item = WireTypes.ItemOf(property.PropertyType);
            var inner = item is null ? expected : expected.Wrapped?.Item ?? expected.Item;
            var value = Underlying(item ?? property.PropertyType);
            if (inner is null || (item is null && expected.Kind == EcsAnswerKind.Array))
            {
                yield return $"{place}.{name}: {(item is null ? "" : "list of ")}{value.Name} where the contract has {expected.Kind}";
                continue;
            }

            var fits = inner.Kind switch
            {
                EcsAnswerKind.Text => value.IsEnum || value == typeof(string) || value == typeof(DateTimeOffset) || value == typeof(int) || value == typeof(long),
                EcsAnswerKind.Number => value == typeof(int) || value == typeof(long) || value == typeof(double),
                EcsAnswerKind.Boolean => value == typeof(bool),
                _ => IsRecord(value),
            };
            if (!fits) yield return $"{place}.{name}: {value.Name} where the contract has {inner.Kind}";
            else if (IsRecord(value))
            {
                foreach (var difference in Answers($"{place}.{name}", value, inner)) yield return difference;
            }
        }
    }

    private static Type Underlying(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static bool IsRecord(Type type) => type.IsClass && type != typeof(string);

    private sealed record Wrong(int Sise, IReadOnlyList<WrongTag> Tag);

    private sealed record WrongTag(int Key);

    private sealed record WrongAnswer(IReadOnlyList<string> TotalCount, IReadOnlyList<WrongDisk> Disks);

    private sealed record WrongDisk(string Size, string Colour);
}
