using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Images;

/// <summary>Changes what people call an image, or withdraws it and brings it back; null leaves a member as it is.</summary>
public sealed record ModifyImageAttribute(string ImageId, string RegionId) : IOperation<Done>
{
    public string? ImageName { get; init; }

    public string? Description { get; init; }

    public string? ImageFamily { get; init; }

    public string? BootMode { get; init; }

    /// <summary><c>Deprecated</c> or <c>Available</c>.</summary>
    public string? Status { get; init; }

    public bool DryRun { get; init; }
}

internal sealed class ModifyImageAttributeHandler(PortalDb db, PortalOptions options, ImageCatalog catalog) : IHandler<ModifyImageAttribute, Done>
{
    public async Task<Done> RunAsync(ModifyImageAttribute request, Caller caller, CancellationToken cancel)
    {
        if (request is { ImageName: null, Description: null, ImageFamily: null, BootMode: null, Status: null }) throw new OperationException(ImageErrors.NothingToModify);
        ImageRules.RequireName(request.ImageName);
        ImageRules.RequireFamily(request.ImageFamily);
        ImageRules.RequireDescription(request.Description);
        ImageRules.RequireBootMode(request.BootMode);
        var image = await db.GetImageAsync(options, request.RegionId, request.ImageId, caller, cancel);
        if (request.ImageName is { Length: > 0 } name && name != image.Name) await db.RequireFreeNameAsync(caller.AccountId, image.RegionId, name, cancel);
        if (request.Status is { Length: > 0 }) image.IsDeprecated = await DeprecatedAsync(request, caller, cancel);
        image.Name = string.IsNullOrEmpty(request.ImageName) ? image.Name : request.ImageName;
        image.Description = request.Description ?? image.Description;
        image.Family = request.ImageFamily ?? image.Family;
        image.BootMode = string.IsNullOrEmpty(request.BootMode) ? image.BootMode : request.BootMode;
        if (request.DryRun) throw new OperationException(OperationErrors.DryRun);
        return Done.Instance;
    }

    private async Task<bool> DeprecatedAsync(ModifyImageAttribute request, Caller caller, CancellationToken cancel)
    {
        var now = (await catalog.FindAsync(request.RegionId, request.ImageId, caller, cancel))?.Status;
        return (request.Status, now) switch
        {
            (ImageStatus.Deprecated, ImageStatus.Available) => true,
            (ImageStatus.Available, ImageStatus.Deprecated) => false,
            (ImageStatus.Deprecated, _) => throw new OperationException(ImageErrors.NotAvailable, nameof(request.Status)),
            (ImageStatus.Available, _) => throw new OperationException(ImageErrors.NotDeprecated, nameof(request.Status)),
            _ => throw new OperationException(OperationErrors.Invalid(nameof(request.Status), "Deprecated or Available"), nameof(request.Status)),
        };
    }
}
