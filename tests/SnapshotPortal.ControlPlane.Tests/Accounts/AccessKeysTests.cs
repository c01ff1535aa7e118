using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Tests.Accounts;

public sealed class AccessKeysTests : IAsyncLifetime
{
    private TestPortal portal = null!;

    private AccessKeys Keys => portal.Services.GetRequiredService<AccessKeys>();

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public async Task The_secret_is_told_once_kept_encrypted_and_given_back_for_signatures()
    {
        var made = await portal.RunAsync(new CreateAccessKey("backup"));

        var found = await Keys.FindAsync(made.AccessKeyId, default);
        Assert.Equal(made.AccessKeySecret, found!.Secret);
        Assert.True(found.IsActive);
        await using var db = await portal.Services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContextAsync();
        Assert.DoesNotContain(made.AccessKeySecret, (await db.AccessKeys.SingleAsync()).ProtectedSecret, StringComparison.Ordinal);
        Assert.Null(await Keys.FindAsync("SPAKunknown", default));
    }

    [Fact]
    public async Task A_key_may_do_what_its_scope_and_its_user_both_may()
    {
        var reader = await FoundAsync(await portal.RunAsync(new CreateAccessKey("reader") { RoleMax = AccountRole.Viewer }));
        await portal.RunAsync(new DescribeDisks(), reader.Caller);
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new CreateDisk("local-1", "local-1a") { Size = 20 }, reader.Caller)).Error.Code);

        var member = await portal.AddMemberAsync(AccountRole.Operator);
        Assert.Equal("InvalidRole.ValueNotSupported", (await portal.RefusedAsync(new CreateAccessKey("owner") { RoleMax = AccountRole.Owner }, member)).Error.Code);
        var writer = await FoundAsync(await portal.RunAsync(new CreateAccessKey("writer") { RoleMax = AccountRole.Operator }, member));
        await portal.RunAsync(new CreateDisk("local-1", "local-1a") { Size = 20 }, writer.Caller);
        await portal.RunAsync(new ChangeMemberRole(member.UserId, AccountRole.Viewer));
        Assert.Equal("Forbidden.RAM", (await portal.RefusedAsync(new CreateDisk("local-1", "local-1a") { Size = 20 }, writer.Caller)).Error.Code);
    }

    [Fact]
    public async Task Disabled_and_expired_keys_are_not_active_and_only_disabled_ones_are_deleted()
    {
        var made = await portal.RunAsync(new CreateAccessKey("short") { ExpiresInDays = 1 });
        Assert.Equal("AccessKeyActive", (await portal.RefusedAsync(new DeleteAccessKey(made.AccessKeyId))).Error.Code);

        await portal.RunAsync(new ModifyAccessKey(made.AccessKeyId, IsActive: false));
        Assert.False((await FoundAsync(made)).IsActive);
        await portal.RunAsync(new ModifyAccessKey(made.AccessKeyId, IsActive: true));
        Assert.True((await FoundAsync(made)).IsActive);

        portal.Time.Shift += TimeSpan.FromDays(1);
        Assert.False((await FoundAsync(made)).IsActive);
        Assert.Equal(AccessKeyStatus.Expired, (await InfoAsync(made)).Status);

        await portal.RunAsync(new ModifyAccessKey(made.AccessKeyId, IsActive: false));
        await portal.RunAsync(new DeleteAccessKey(made.AccessKeyId));
        Assert.Null(await Keys.FindAsync(made.AccessKeyId, default));
    }

    [Fact]
    public async Task Owners_manage_the_keys_of_members_and_members_only_their_own()
    {
        var member = await portal.AddMemberAsync(AccountRole.Viewer);
        var own = await portal.RunAsync(new CreateAccessKey("own"), member);
        var owners = await portal.RunAsync(new CreateAccessKey("owners"));

        Assert.Equal([own.AccessKeyId], (await portal.RunAsync(new DescribeAccessKeys(), member)).AccessKeys.Select(key => key.AccessKeyId));
        Assert.Equal(2, (await portal.RunAsync(new DescribeAccessKeys())).AccessKeys.Count);
        Assert.Equal("InvalidAccessKeyId.NotFound", (await portal.RefusedAsync(new ModifyAccessKey(owners.AccessKeyId, IsActive: false), member)).Error.Code);
        await portal.RunAsync(new ModifyAccessKey(own.AccessKeyId, IsActive: false));

        var stranger = await portal.AddStrangerAsync();
        Assert.Equal("InvalidAccessKeyId.NotFound", (await portal.RefusedAsync(new ModifyAccessKey(own.AccessKeyId, IsActive: true), stranger)).Error.Code);
    }

    [Fact]
    public async Task Every_change_of_a_key_is_in_the_audit_trail()
    {
        var made = await portal.RunAsync(new CreateAccessKey("audited"));
        await portal.RunAsync(new ModifyAccessKey(made.AccessKeyId, IsActive: false));
        await portal.RunAsync(new DeleteAccessKey(made.AccessKeyId));

        var entries = (await portal.RunAsync(new DescribeAuditTrail { ResourceId = made.AccessKeyId })).Entries.Select(entry => entry.Operation);
        Assert.Equal(new HashSet<string> { "CreateAccessKey", "ModifyAccessKey", "DeleteAccessKey" }, entries.ToHashSet());
    }

    [Fact]
    public async Task The_last_use_is_noted_to_the_minute()
    {
        var made = await portal.RunAsync(new CreateAccessKey("used"));
        Assert.Null((await InfoAsync(made)).LastUseTime);

        var found = await FoundAsync(made);
        await Keys.NoteUseAsync(found, default);
        var first = (await InfoAsync(made)).LastUseTime;
        portal.Time.Shift += TimeSpan.FromSeconds(1);
        await Keys.NoteUseAsync(found, default);
        Assert.Equal(first, (await InfoAsync(made)).LastUseTime);
        portal.Time.Shift += TimeSpan.FromMinutes(1);
        await Keys.NoteUseAsync(found, default);
        Assert.True((await InfoAsync(made)).LastUseTime > first);
    }

    [Fact]
    public async Task The_last_hundred_calls_of_own_keys_are_told()
    {
        var made = await portal.RunAsync(new CreateAccessKey("caller"));
        var calls = portal.Services.GetRequiredService<ApiCalls>();
        for (var number = 0; number < 101; number++)
            calls.Add(portal.Owner.AccountId, new(portal.Time.GetUtcNow(), made.AccessKeyId, "DescribeDisks", 200, "Success", $"{number}", TimeSpan.Zero));

        var told = (await portal.RunAsync(new DescribeApiCalls())).Calls;
        Assert.Equal(100, told.Count);
        Assert.DoesNotContain(told, call => call.RequestId == "0");
        Assert.Empty((await portal.RunAsync(new DescribeApiCalls(), await portal.AddStrangerAsync())).Calls);
    }

    private async Task<SigningKey> FoundAsync(CreateAccessKeyResult made) => (await Keys.FindAsync(made.AccessKeyId, default))!;

    private async Task<AccessKeyInfo> InfoAsync(CreateAccessKeyResult made)
        => (await portal.RunAsync(new DescribeAccessKeys())).AccessKeys.Single(key => key.AccessKeyId == made.AccessKeyId);
}
