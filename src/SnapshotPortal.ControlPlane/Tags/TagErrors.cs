using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Tags;

/// <summary>What tags refuse (SPEC 2.13, 7.9).</summary>
internal static class TagErrors
{
    public static readonly OperationError KeyMalformed = new("InvalidTagKey.Malformed", 400, "A tag's key is not valid.", "Use 1–128 characters; not aliyun or acs: at the start, no http:// or https://.");

    public static readonly OperationError ValueMalformed = new("InvalidTagValue.Malformed", 400, "A tag's value is not valid.", "Use at most 128 characters without http:// and https://.");

    public static readonly OperationError KeyTwice = new("Duplicate.TagKey", 400, "The same tag key was given twice.", "Give each key once.");

    public static readonly OperationError ValueWithoutKey = new("InvalidTag.Mismatch", 400, "A tag's value was given without its key.", "Give Tag.N.Key with each Tag.N.Value.");

    public static readonly OperationError FilterTooLong = new("InvalidTagCount", 400, "More than 20 tags were given.", "Filter by at most 20 tags.");

    public static readonly OperationError TooMany = new("NumberExceed.Tags", 400, "More than 20 tags were given.", "Set at most 20 tags in one call.");

    public static readonly OperationError TooManyResources = new("NumberExceed.ResourceIds", 400, "More than 50 resources were given.", "Name at most 50 resources in one call.");

    public static readonly OperationError TypeUnknown = new("InvalidResourceType.NotFound", 404, "There is no such type of resources here.", $"Choose {string.Join(", ", TaggedResources.Types)}.");

    public static readonly OperationError ResourceNotFound = new("InvalidResourceId.NotFound", 404, "A resource that was named does not exist in this account.", "Look at its id again; nothing was changed.");

    public static OperationError Quota(int max)
        => new("QuotaExceed.Tags", 403, $"The resource would carry more than {max} tags.", "Remove tags that are not needed any more.");
}
