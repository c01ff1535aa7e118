using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Tests.Operations;

public sealed class AuditTrailTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    public async Task InitializeAsync()
    {
        portal = await TestPortal.StartAsync();
        for (var i = 0; i < 3; i++) await portal.CreateDiskAsync();
        await portal.RefusedAsync(new CreateDisk("local-1", "nowhere") { Size = 5 });
        await portal.CreateDiskAsync();
    }

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task Chain_of_what_was_done_and_refused_is_whole_and_its_head_moves_on()
    {
        var before = await portal.RunAsync(new VerifyAuditTrail());
        Assert.Equal((5, null), (before.EntryCount, before.Problem));
        await portal.CreateDiskAsync();
        var after = await portal.RunAsync(new VerifyAuditTrail());
        Assert.Equal((6, null), (after.EntryCount, after.Problem));
        Assert.NotEqual(before.HeadHash, after.HeadHash);
    }

    [Fact]
    public async Task Chain_goes_on_after_a_restart()
    {
        await portal.StopAsync();
        portal = await TestPortal.StartAsync(portal.DataPath);
        await portal.CreateDiskAsync();
        var result = await portal.RunAsync(new VerifyAuditTrail());
        Assert.Equal((6, null), (result.EntryCount, result.Problem));
    }

    [Fact]
    public async Task Changes_at_once_stand_one_behind_the_other()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => portal.CreateDiskAsync()));
        var result = await portal.RunAsync(new VerifyAuditTrail());
        Assert.Equal((25, null), (result.EntryCount, result.Problem));
    }

    [Theory]
    [InlineData("UPDATE AuditTrail SET Outcome = 'Success' WHERE Sequence = 4", 3, "changed")]
    [InlineData("UPDATE AuditTrail SET UserId = 'u-else' WHERE Sequence = 2", 1, "changed")]
    [InlineData("UPDATE AuditTrail SET CreatedAt = CreatedAt - 1 WHERE Sequence = 5", 4, "changed")]
    [InlineData("DELETE FROM AuditTrail WHERE Sequence = 3", 2, "missing")]
    [InlineData("DELETE FROM AuditTrail WHERE Sequence = 5", 4, "ends with line 4")]
    [InlineData("DELETE FROM AuditTrail", 0, "ends with line 0")]
    [InlineData("UPDATE AuditTrail SET Sequence = Sequence + 1 WHERE Sequence > 3; INSERT INTO AuditTrail SELECT 'forged', CreatedAt, AccountId, UserId, Source, Operation, ResourceId, Outcome, Hash, PreviousHash, 4 FROM AuditTrail WHERE Sequence = 3", 3, "does not follow")]
    public async Task Line_that_was_changed_removed_or_inserted_is_found(string forgery, int goodLines, string said)
    {
        await ForgeAsync("DROP TRIGGER AuditTrailKeepsUPDATE; DROP TRIGGER AuditTrailKeepsDELETE; " + WithColumns(forgery));
        var result = await portal.RunAsync(new VerifyAuditTrail());
        Assert.Equal(goodLines, result.EntryCount);
        Assert.Contains(said, result.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE AuditTrail SET Outcome = 'Success'")]
    [InlineData("DELETE FROM AuditTrail WHERE Sequence = 1")]
    public async Task Table_takes_no_changes(string forgery)
        => Assert.Contains("append-only", (await Assert.ThrowsAnyAsync<Exception>(() => ForgeAsync(forgery))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Filters_find_what_they_name()
    {
        var refused = Assert.Single((await portal.RunAsync(new DescribeAuditTrail { Succeeded = false })).Entries);
        Assert.Equal(("CreateDisk", "InvalidZoneId.NotFound"), (refused.Operation, refused.Outcome));
        Assert.Equal(5, (await portal.RunAsync(new DescribeAuditTrail { User = "ADMIN@", Operation = "CreateDisk" })).TotalCount);
        Assert.Equal(0, (await portal.RunAsync(new DescribeAuditTrail { User = "nobody" })).TotalCount);
        Assert.Equal(0, (await portal.RunAsync(new DescribeAuditTrail { Until = refused.Time.AddHours(-1) })).TotalCount);
        Assert.Equal(5, (await portal.RunAsync(new DescribeAuditTrail { From = refused.Time.AddHours(-1), Until = refused.Time.AddHours(1) })).TotalCount);
    }

    [Fact]
    public async Task Administrator_sees_all_accounts_and_what_is_outside_of_them()
    {
        var stranger = await portal.AddStrangerAsync();
        await portal.RunAsync(new CreateDisk("local-1", "local-1a") { Size = 5 }, stranger);
        var entry = Assert.Single((await portal.RunAsync(new DescribePortalAuditTrail { AccountId = stranger.AccountId })).Entries);
        Assert.Equal(("elsewhere", "stranger@example.com", "CreateDisk"), (entry.AccountName, entry.UserEmail, entry.Operation));
        Assert.Equal(8, (await portal.RunAsync(new DescribePortalAuditTrail())).TotalCount);
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new DescribePortalAuditTrail(), stranger)).Error.Code);
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new VerifyAuditTrail(), stranger)).Error.Code);
    }

    private static string WithColumns(string forgery) => forgery.Replace(
        "INTO AuditTrail SELECT", "INTO AuditTrail (Id, CreatedAt, AccountId, UserId, Source, Operation, ResourceId, Outcome, Hash, PreviousHash, Sequence) SELECT", StringComparison.Ordinal);

    private async Task ForgeAsync(string sql)
    {
        await using var scope = portal.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<PortalDb>().Database.ExecuteSqlRawAsync(sql);
    }
}
