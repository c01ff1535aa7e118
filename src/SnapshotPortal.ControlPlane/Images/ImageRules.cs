using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Images;

/// <summary>What several operations on images check alike (SPEC 3.1).</summary>
internal static class ImageRules
{
    public static bool IsArchitecture(string architecture) => architecture is "i386" or "x86_64" or "arm64";

    public static void RequireName(string? name)
    {
        if (name is { Length: > 0 } && !IsName(name)) throw new OperationException(ImageErrors.NameMalformed, "ImageName");
    }

    public static void RequireFamily(string? family)
    {
        if (family is { Length: > 0 } && !IsName(family)) throw new OperationException(ImageErrors.FamilyMalformed, "ImageFamily");
    }

    public static void RequireDescription(string? description)
    {
        if (description is { Length: > 0 } && !Names.IsDescription(description)) throw new OperationException(ImageErrors.DescriptionMalformed, "Description");
    }

    public static void RequireBootMode(string? mode)
    {
        if (mode is { Length: > 0 } and not ("BIOS" or "UEFI" or "UEFI-Preferred")) throw new OperationException(ImageErrors.BootModeUnknown, "BootMode");
    }

    public static async Task RequireFreeNameAsync(this PortalDb db, string accountId, string regionId, string name, CancellationToken cancel)
    {
        if (await db.Images.AnyAsync(image => image.AccountId == accountId && image.RegionId == regionId && image.Name == name, cancel))
            throw new OperationException(ImageErrors.NameTaken, "ImageName");
    }

    private static bool IsName(string name) => Names.IsResourceName(name) && !name.StartsWith("aliyun", StringComparison.Ordinal) && !name.StartsWith("acs:", StringComparison.Ordinal);
}
