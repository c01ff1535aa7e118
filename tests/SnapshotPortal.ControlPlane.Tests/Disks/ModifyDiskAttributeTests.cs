using SnapshotPortal.ControlPlane.Disks;

namespace SnapshotPortal.ControlPlane.Tests.Disks;

public sealed class ModifyDiskAttributeTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task Several_disks_change_together_or_not_at_all()
    {
        var disks = new[] { await portal.CreateDiskAsync(), await portal.CreateDiskAsync() };
        Assert.Equal("InvalidDiskId.NotFound", (await portal.RefusedAsync(new ModifyDiskAttribute { DiskIds = [disks[0], "d-unknown"], DeleteAutoSnapshot = false })).Error.Code);
        Assert.True((await portal.DiskAsync(disks[0])).DeleteAutoSnapshot);
        await portal.RunAsync(new ModifyDiskAttribute { DiskIds = disks, DeleteAutoSnapshot = false, DeleteWithInstance = true });
        foreach (var id in disks) Assert.Equal((false, true), ((await portal.DiskAsync(id)).DeleteAutoSnapshot, (await portal.DiskAsync(id)).DeleteWithInstance));
    }

    [Fact]
    public async Task What_breaks_a_rule_is_refused_with_the_code_of_ECS()
    {
        async Task<string> CodeAsync(ModifyDiskAttribute request) => (await portal.RefusedAsync(request)).Error.Code;
        var id = await portal.CreateDiskAsync();
        Assert.Equal("NoAttributeToModify", await CodeAsync(new(id)));
        Assert.Equal("MissingParameter.DiskIdOrDiskIds", await CodeAsync(new() { DiskName = "web" }));
        Assert.Equal("ParameterConflict.DiskIdAndDiskIds", await CodeAsync(new(id) { DiskIds = [id], DiskName = "web" }));
        Assert.Equal("InvalidDiskName.Malformed", await CodeAsync(new(id) { DiskName = "1" }));
        Assert.Equal("InvalidDescription.Malformed", await CodeAsync(new(id) { Description = "x" }));
    }
}
