namespace SnapshotPortal.ControlPlane.Images;

/// <summary>The images that every account has, in every region (SPEC P16).</summary>
internal static class PublicImages
{
    /// <summary>
    /// An empty system disk: the portal brings no operating system. The user's machine installs one over its connection, and a
    /// snapshot of that disk makes the first image of their own.
    /// </summary>
    private static readonly ImageInfo Blank = new()
    {
        ImageId = "blank_x64_20G_portal_20261122.raw",
        ImageName = "blank_x64_20G",
        Description = "An empty system disk, to install an operating system on.",
        ImageFamily = "blank",
        ImageVersion = "1",
        ImageOwnerAlias = "system",
        RegionId = "",
        Size = 20,
        OSType = "linux",
        OSName = "None yet",
        OSNameEn = "None yet",
        Platform = "Others Linux",
        Architecture = "x86_64",
        BootMode = "UEFI-Preferred",
        Status = ImageStatus.Available,
        Progress = "100%",
        Usage = "none",
        CreationTime = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero),
        InstanceCount = 0,
        DiskDeviceMappings = [new("/dev/xvda", "system", "20", "", "100%")],
    };

    public static readonly IReadOnlyList<ImageInfo> All = [Blank];
}
