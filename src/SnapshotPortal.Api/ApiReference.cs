using SnapshotPortal.Api.Binding;
using SnapshotPortal.Api.Contract;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Api;

/// <summary>What the portal supports of the published API: for the developer page and docs/api.md.</summary>
public static class ApiReference
{
    /// <summary>Every action of the contract, by name.</summary>
    public static IReadOnlyList<ApiReferenceEntry> Of(OperationRunner operations)
        => [.. EcsContract.Published.Actions.Values.OrderBy(action => action.Name, StringComparer.Ordinal).Select(action => Describe(action, operations.ForApi.GetValueOrDefault(action.Name)))];

    private static ApiReferenceEntry Describe(EcsAction action, ApiOperation? operation)
    {
        var supported = operation is null ? [] : ParameterBinder.PlanOf(operation.Request, action.Parameters).Members.Select(member => member.Parameter.Name).ToHashSet(StringComparer.Ordinal);
        var names = action.Parameters.Values.Where(parameter => !parameter.IsHidden).Select(parameter => parameter.Name).ToList();
        return new(
            action.Name, action.Group, operation is not null,
            [.. names.Where(supported.Contains)], [.. names.Where(name => !supported.Contains(name))],
            [.. action.Codes.Select(code => code.Code).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]);
    }
}

/// <summary>An action of the API.</summary>
/// <param name="Name">The action.</param>
/// <param name="Group">What it is about.</param>
/// <param name="IsSupported">Whether it does anything here.</param>
/// <param name="Parameters">Those that are taken.</param>
/// <param name="Ignored">Those that are published, accepted and have no effect.</param>
/// <param name="PublishedCodes">The codes that the original publishes.</param>
public sealed record ApiReferenceEntry(
    string Name, string Group, bool IsSupported, IReadOnlyList<string> Parameters, IReadOnlyList<string> Ignored, IReadOnlyList<string> PublishedCodes);
