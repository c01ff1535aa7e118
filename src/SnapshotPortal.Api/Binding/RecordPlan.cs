using System.Reflection;
using SnapshotPortal.Api.Contract;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Api.Binding;

/// <summary>How a record is made: which of its members are parameters, and in which order its constructor takes them.</summary>
internal sealed class RecordPlan
{
    private readonly ConstructorInfo constructor;
    private readonly Member?[] arguments;
    private readonly object?[] defaults;
    private readonly (Member Member, PropertyInfo Property)[] properties;

    public RecordPlan(Type record, IReadOnlyDictionary<string, EcsParameter> parameters)
    {
        var members = MembersOf(record).ToList();
        Members = [.. members.Where(property => parameters.ContainsKey(property.Name)).Select(property => new Member(property.Name, property.PropertyType, parameters[property.Name]))];
        Unpublished = [.. members.Where(property => !parameters.ContainsKey(property.Name)).Select(property => property.Name)];
        var byName = Members.ToDictionary(member => member.Name, StringComparer.Ordinal);

        constructor = record.GetConstructors().MaxBy(each => each.GetParameters().Length) ?? throw new InvalidOperationException($"{record} has no public constructor.");
        var taken = constructor.GetParameters();
        arguments = [.. taken.Select(argument => byName.GetValueOrDefault(argument.Name!))];
        defaults = [.. taken.Select(argument => argument.HasDefaultValue ? argument.DefaultValue : argument.ParameterType.IsValueType ? Activator.CreateInstance(argument.ParameterType) : null)];
        properties = [.. members.Where(property => property.CanWrite && byName.ContainsKey(property.Name) && !Array.Exists(arguments, argument => argument?.Name == property.Name))
            .Select(property => (byName[property.Name], property))];
    }

    /// <summary>The members that are parameters of the contract.</summary>
    public IReadOnlyList<Member> Members { get; }

    /// <summary>Members that are neither parameters of the contract nor for pages only; the contract's test wants none.</summary>
    public IReadOnlyList<string> Unpublished { get; }

    /// <summary>Makes a record; what <paramref name="read"/> has no value for stays as the record says.</summary>
    public object Make(Func<Member, object?> read)
    {
        var values = new object?[arguments.Length];
        for (var i = 0; i < values.Length; i++) values[i] = (arguments[i] is { } argument ? read(argument) : null) ?? defaults[i];
        var record = constructor.Invoke(BindingFlags.DoNotWrapExceptions, binder: null, values, culture: null);
        foreach (var (member, property) in properties)
        {
            if (read(member) is { } value) property.SetValue(record, value);
        }

        return record;
    }

    /// <summary>The public members of a record that are not for pages only; those of its constructor may be marked as parameters.</summary>
    internal static IEnumerable<PropertyInfo> MembersOf(Type record)
    {
        var hidden = record.GetConstructors().SelectMany(each => each.GetParameters()).Where(each => each.IsDefined(typeof(PortalOnlyAttribute))).Select(each => each.Name).ToHashSet(StringComparer.Ordinal);
        return record.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanRead && !property.IsDefined(typeof(PortalOnlyAttribute)) && !hidden.Contains(property.Name));
    }

    /// <summary>A member of a record that is a parameter.</summary>
    internal sealed record Member(string Name, Type Type, EcsParameter Parameter);
}
