using System.Globalization;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Images;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.ControlPlane.Instances;

/// <summary>
/// Makes instances with their disks. What is asked for is checked and completed once (<see cref="PlanAsync"/>); each disk is
/// then made by <see cref="CreateDisk"/>, so that its rules are those of all disks.
/// </summary>
internal sealed class NewInstances(PortalDb db, PortalOptions options, ImageCatalog images, CreateDiskHandler createDisk, ZonePools pools, ResourceIds ids, TimeProvider time)
{
    private const int SystemSizeByDefault = 40;
    private const int SystemSizeMin = 20;

    /// <summary>What instances are made alike.</summary>
    /// <param name="Request">As asked for.</param>
    /// <param name="ZoneId">Where.</param>
    /// <param name="ImageId">From which image.</param>
    /// <param name="Disks">The system disk, then the data disks.</param>
    internal sealed record Plan(RunInstances Request, string ZoneId, string ImageId, IReadOnlyList<PlannedDisk> Disks);

    internal sealed record PlannedDisk(CreateDisk Request, string Device, bool DeleteWithInstance, string Parameter);

    public async Task<Plan> PlanAsync(RunInstances request, Caller caller, CancellationToken cancel)
    {
        var region = options.Region(request.RegionId);
        var zoneId = string.IsNullOrEmpty(request.ZoneId) ? region.Zones[0] : request.ZoneId;
        if (!region.Zones.Contains(zoneId)) throw new OperationException(InstanceErrors.ZoneUnknown, nameof(request.ZoneId));
        InstanceRules.RequireDescription(request.Description);
        InstanceRules.RequireHostName(request.HostName);
        if (string.IsNullOrEmpty(request.InstanceType)) throw new OperationException(OperationErrors.Missing(nameof(request.InstanceType)), nameof(request.InstanceType));
        var type = InstanceTypes.Find(request.InstanceType) ?? throw new OperationException(InstanceErrors.TypeUnknown, nameof(request.InstanceType));
        var image = await FindImageAsync(request, caller, cancel);

        var disks = new List<PlannedDisk> { PlanSystem(request, zoneId, image) };
        AddDataDisks(disks, request, zoneId, image);
        if (disks.Count > type.DiskQuantity) throw new OperationException(InstanceErrors.TooManyDisks, nameof(request.DataDisk));
        return new(request, zoneId, image.ImageId, disks);
    }

    /// <summary>One instance for each name, all or none; an empty name stands for the instance's id.</summary>
    public async Task<List<Instance>> AddAsync(Plan plan, IReadOnlyList<string> names, Caller caller, CancellationToken cancel)
    {
        try
        {
            var made = new List<Instance>(names.Count);
            foreach (var name in names) made.Add(await AddAsync(plan, name, caller, cancel));
            return made;
        }
        catch
        {
            // The pool's part of each disk is done before the commit that now does not come; the next start would remove them too.
            foreach (var disk in db.Disks.Local) pools.Drop(disk.ZoneId, disk.BodyName);
            throw;
        }
    }

    private async Task<Instance> AddAsync(Plan plan, string name, Caller caller, CancellationToken cancel)
    {
        var id = ids.New("i");
        var instance = new Instance
        {
            Id = id,
            AccountId = caller.AccountId,
            RegionId = plan.Request.RegionId,
            ZoneId = plan.ZoneId,
            Name = name.Length > 0 ? name : id,
            Description = plan.Request.Description ?? "",
            HostName = plan.Request.HostName ?? "",
            ImageId = plan.ImageId,
            InstanceType = plan.Request.InstanceType!,
            Status = InstanceStatus.Stopped,
            CreatedAt = time.GetUtcNow(),
            DeletionProtection = plan.Request.DeletionProtection,
        };
        db.Instances.Add(instance);
        db.AddTags(instance.AccountId, TaggedResources.Instance, instance.Id, plan.Request.Tag);
        foreach (var disk in plan.Disks) await AddDiskAsync(instance, disk, caller, cancel);
        return instance;
    }

    private async Task AddDiskAsync(Instance instance, PlannedDisk planned, Caller caller, CancellationToken cancel)
    {
        CreateDiskResult made;
        try
        {
            made = await createDisk.RunAsync(planned.Request, caller, cancel);
        }
        catch (OperationException refusal)
        {
            throw new OperationException(refusal.Error, $"{planned.Parameter}.{refusal.Parameter}", refusal);
        }

        var disk = db.Disks.Local.Single(each => each.Id == made.DiskId);
        disk.Attach(instance.Id, planned.Device, time.GetUtcNow());
        disk.DeleteWithInstance = planned.DeleteWithInstance;
        disk.IsSystem = planned.Device == Devices.System;
        disk.OriginInstanceId = disk.IsSystem ? instance.Id : null;
        disk.ImageId = disk.IsSystem || planned.Parameter == "ImageId" ? instance.ImageId : null;
    }

    private async Task<ImageInfo> FindImageAsync(RunInstances request, Caller caller, CancellationToken cancel)
    {
        if (!string.IsNullOrEmpty(request.ImageFamily))
        {
            if (!string.IsNullOrEmpty(request.ImageId)) throw new OperationException(InstanceErrors.ImageAndFamily, nameof(request.ImageFamily));
            return await images.FindFamilyAsync(request.RegionId, request.ImageFamily, caller, cancel)
                ?? throw new OperationException(ImageErrors.FamilyWithoutImage, nameof(request.ImageFamily));
        }

        if (string.IsNullOrEmpty(request.ImageId)) throw new OperationException(OperationErrors.Missing(nameof(request.ImageId)), nameof(request.ImageId));
        var image = await images.FindAsync(request.RegionId, request.ImageId, caller, cancel) ?? throw new OperationException(ImageErrors.NotFound, nameof(request.ImageId));
        return image.Status == ImageStatus.Available ? image : throw new OperationException(ImageErrors.NotUsable, nameof(request.ImageId));
    }

    private static PlannedDisk PlanSystem(RunInstances request, string zoneId, ImageInfo image)
    {
        var asked = request.SystemDisk ?? new();
        var size = Math.Max(SystemSizeByDefault, image.Size);
        if (!string.IsNullOrEmpty(asked.Size) && !int.TryParse(asked.Size, NumberStyles.None, CultureInfo.InvariantCulture, out size))
            throw new OperationException(InstanceErrors.SystemDiskSizeMalformed, $"{nameof(request.SystemDisk)}.{nameof(asked.Size)}");
        var category = string.IsNullOrEmpty(asked.Category) ? DiskCategories.Essd : asked.Category;
        if (DiskCategories.SystemSizeMax(category) is not { } max) throw new OperationException(InstanceErrors.SystemDiskCategory, $"{nameof(request.SystemDisk)}.{nameof(asked.Category)}");
        if (size < image.Size) throw new OperationException(InstanceErrors.SystemDiskTooSmall(image.Size), $"{nameof(request.SystemDisk)}.{nameof(asked.Size)}");
        if (size > max || size < Math.Min(SystemSizeMin, image.Size)) throw new OperationException(InstanceErrors.SystemDiskSize(SystemSizeMin, max), $"{nameof(request.SystemDisk)}.{nameof(asked.Size)}");
        return new(new(request.RegionId, zoneId)
        {
            DiskCategory = category,
            PerformanceLevel = LevelFor(category, asked.PerformanceLevel, size),
            Size = size,
            SnapshotId = image.DiskDeviceMappings.FirstOrDefault(each => each.Type == "system")?.SnapshotId,
            DiskName = asked.DiskName,
            Description = asked.Description,
        }, Devices.System, DeleteWithInstance: true, nameof(request.SystemDisk));
    }

    /// <summary>Those of the image, unless a requested one has the device; then the requested ones.</summary>
    private static void AddDataDisks(List<PlannedDisk> disks, RunInstances request, string zoneId, ImageInfo image)
    {
        var asked = request.DataDisk ?? [];
        foreach (var mapping in image.DiskDeviceMappings.Where(each => each.Type == "data" && asked.All(disk => disk.Device != each.Device)))
        {
            var size = int.Parse(mapping.Size, CultureInfo.InvariantCulture);
            disks.Add(new(new(request.RegionId, zoneId)
            {
                DiskCategory = DiskCategories.Essd,
                PerformanceLevel = LevelFor(DiskCategories.Essd, null, size),
                Size = size,
                SnapshotId = mapping.SnapshotId,
            }, mapping.Device, DeleteWithInstance: true, nameof(request.ImageId)));
        }

        for (var i = 0; i < asked.Count; i++)
        {
            var parameter = string.Create(CultureInfo.InvariantCulture, $"{nameof(request.DataDisk)}.{i + 1}");
            disks.Add(PlanData(asked[i], disks, request.RegionId, zoneId, parameter));
        }
    }

    private static PlannedDisk PlanData(DataDiskRequest asked, List<PlannedDisk> before, string regionId, string zoneId, string parameter)
    {
        var category = string.IsNullOrEmpty(asked.Category) ? DiskCategories.Essd : asked.Category;
        List<string> taken = [.. before.Select(disk => disk.Device)];
        if (taken.Count > Devices.DataMax) throw new OperationException(InstanceErrors.TooManyDisks, nameof(RunInstances.DataDisk));
        if (!string.IsNullOrEmpty(asked.Device))
        {
            if (!Devices.IsData(asked.Device)) throw new OperationException(DiskErrors.DeviceMalformed, $"{parameter}.{nameof(asked.Device)}");
            if (taken.Contains(asked.Device)) throw new OperationException(DiskErrors.DeviceInUse, $"{parameter}.{nameof(asked.Device)}");
        }

        return new(new(regionId, zoneId)
        {
            DiskCategory = category,
            PerformanceLevel = LevelFor(category, asked.PerformanceLevel, asked.Size ?? 0),
            Size = asked.Size,
            SnapshotId = asked.SnapshotId,
            DiskName = asked.DiskName,
            Description = asked.Description,
        }, string.IsNullOrEmpty(asked.Device) ? Devices.FirstFree(taken) : asked.Device, asked.DeleteWithInstance ?? true, parameter);
    }

    /// <summary>The default level begins at 20 GiB; a smaller disk that asks for none gets the one that it can have.</summary>
    private static string? LevelFor(string category, string? level, int sizeGiB)
        => string.IsNullOrEmpty(level) && category == DiskCategories.Essd && sizeGiB is > 0 and < SystemSizeMin ? "PL0" : level;
}
