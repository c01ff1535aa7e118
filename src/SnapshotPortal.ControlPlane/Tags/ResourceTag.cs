using Microsoft.EntityFrameworkCore;

namespace SnapshotPortal.ControlPlane.Tags;

/// <summary>A tag on a resource. The row of a resource that is gone stays unseen: its id never comes again.</summary>
internal sealed class ResourceTag
{
    public required string ResourceId { get; init; }

    public required string Key { get; init; }

    public required string Value { get; set; }

    public required string AccountId { get; init; }

    /// <summary>As ECS calls the kind of resource: <c>disk</c>, <c>snapshot</c>, …</summary>
    public required string ResourceType { get; init; }

    public static void Map(ModelBuilder builder) => builder.Entity<ResourceTag>(tag =>
    {
        tag.ToTable("Tags");
        tag.HasKey(each => new { each.ResourceId, each.Key });
        tag.HasIndex(each => new { each.AccountId, each.ResourceType, each.ResourceId });
        tag.Property(each => each.Key).HasMaxLength(TagRules.LengthMax);
        tag.Property(each => each.Value).HasMaxLength(TagRules.LengthMax);
    });
}
