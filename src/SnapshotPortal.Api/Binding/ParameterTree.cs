using System.Globalization;

namespace SnapshotPortal.Api.Binding;

/// <summary>The parameters of a request by their dotted names, whatever the case of those (SPEC P14): <c>Tag.2.Key</c> is a child of a child.</summary>
internal sealed class ParameterTree
{
    /// <summary>The deepest that ECS has is 5; what lies deeper is nothing that anybody asks for.</summary>
    private const int DepthMax = 8;

    private Dictionary<string, ParameterTree>? children;

    /// <summary>The text at this place; null where there is none.</summary>
    public string? Value { get; private set; }

    /// <summary>The query comes first and wins over the form.</summary>
    public static ParameterTree Of(IEnumerable<Pair> query, IEnumerable<Pair> form)
    {
        var root = new ParameterTree();
        foreach (var pair in query.Concat(form))
        {
            var names = pair.Name.Split('.');
            if (names.Length > DepthMax) continue;
            var place = names.Aggregate(root, static (parent, name) => parent.GetOrAdd(name));
            place.Value ??= pair.Value;
        }

        return root;
    }

    public ParameterTree? Find(string name) => children?.GetValueOrDefault(name);

    /// <summary>The children that are numbered, in the order of their numbers; gaps do not matter.</summary>
    public IEnumerable<ParameterTree> Items() => (children ?? [])
        .Select(child => (Number: int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1, child.Value))
        .Where(item => item.Number >= 0).OrderBy(item => item.Number).Select(item => item.Value);

    private ParameterTree GetOrAdd(string name)
    {
        children ??= new(StringComparer.OrdinalIgnoreCase);
        return children.TryGetValue(name, out var child) ? child : children[name] = new();
    }
}
