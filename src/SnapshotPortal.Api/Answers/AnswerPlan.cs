using System.Collections.Concurrent;
using System.Reflection;
using SnapshotPortal.Api.Binding;
using SnapshotPortal.Api.Contract;

namespace SnapshotPortal.Api.Answers;

/// <summary>Which members of a record an answer has, in the order of the contract.</summary>
internal sealed class AnswerPlan
{
    private static readonly ConcurrentDictionary<(Type, EcsAnswer), AnswerPlan> Plans = new();

    private AnswerPlan(Type record, EcsAnswer answer)
    {
        var properties = RecordPlan.MembersOf(record).ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        Members = [.. answer.Members.Where(member => properties.ContainsKey(member.Key)).Select(member => new Member(member.Key, properties[member.Key], member.Value))];
        var names = answer.Members.Select(member => member.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Unpublished = [.. properties.Keys.Where(name => !names.Contains(name))];
    }

    public IReadOnlyList<Member> Members { get; }

    /// <summary>Members of the record that are neither in the contract nor for pages only; the contract's test wants none.</summary>
    public IReadOnlyList<string> Unpublished { get; }

    public static AnswerPlan Of(Type record, EcsAnswer answer) => Plans.GetOrAdd((record, answer), static key => new(key.Item1, key.Item2));

    /// <summary>A member of an answer.</summary>
    /// <param name="Name">As the contract spells it.</param>
    /// <param name="Property">Where its value comes from.</param>
    /// <param name="Answer">Its shape.</param>
    internal sealed record Member(string Name, PropertyInfo Property, EcsAnswer Answer);
}
