using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;
using Xunit.Abstractions;

namespace SnapshotPortal.ControlPlane.Tests.Operations;

/// <summary>
/// Every operation × who asks × whose thing: who has no right is refused with the code for it, whatever the thing; who has is
/// never refused for rights, and is answered alike for what belongs to another account and for what does not exist.
/// </summary>
public sealed class TenantMatrixTests(ITestOutputHelper output) : IAsyncLifetime
{
    private TestPortal portal = null!;
    private int asked;

    private OperationTable Table => portal.Services.GetRequiredService<OperationTable>();

    public async Task InitializeAsync() => portal = await TestPortal.StartAsync();

    public async Task DisposeAsync() => await portal.DisposeAsync();

    [Fact]
    public void Every_operation_has_a_row()
    {
        var missing = Table.Entries.Where(entry => !TenantMatrixRows.All.ContainsKey(entry.Request)).Select(entry => entry.Name).Order(StringComparer.Ordinal).ToList();
        Assert.True(missing.Count == 0, $"""
            These operations have no row in the tenant matrix: {string.Join(", ", missing)}.
            Add one line for each to tests/SnapshotPortal.ControlPlane.Tests/Operations/TenantMatrixRows.cs, such as
                at => new {missing.FirstOrDefault()}(at.Disk),
            with the ids of the place 'at' wherever the request names a resource; '_ => new …()' where it names none.
            """);
    }

    [Fact]
    public async Task Rights_hold_and_foreign_things_look_like_missing_ones()
    {
        var administrator = portal.Owner;
        var (a, b) = (await AccountAsync("tenant-a"), await AccountAsync("tenant-b"));
        var (ofA, ofB) = (await TenantPlace.MakeAsync(portal, a, administrator), await TenantPlace.MakeAsync(portal, b, administrator));
        var suspended = await MemberAsync(a, AccountRole.Owner, "suspended@example.com");
        await portal.RunAsync(new SuspendUser(suspended.UserId), administrator);
        (string Name, Caller Caller, AccountRole Role, TenantPlace Own, TenantPlace Foreign)[] callers =
        [
            ("anonymous", Caller.Anonymous with { AccountId = a.AccountId }, AccountRole.None, ofA, ofB),
            ("suspended", suspended, AccountRole.None, ofA, ofB),
            ("administrator", administrator with { AccountId = a.AccountId }, AccountRole.None, ofA, ofB),
            ("owner of B in A", b with { AccountId = a.AccountId }, AccountRole.None, ofA, ofB),
            ("viewer", await MemberAsync(a, AccountRole.Viewer, "viewer@example.com"), AccountRole.Viewer, ofA, ofB),
            ("operator", await MemberAsync(a, AccountRole.Operator, "operator@example.com"), AccountRole.Operator, ofA, ofB),
            ("owner of B", b, AccountRole.Owner, ofB, ofA),
            ("owner of A", a, AccountRole.Owner, ofA, ofB),
        ];

        var problems = new List<string>();
        // What belongs to the caller comes last: it may change, and the rest must find it as it is.
        foreach (var whose in (string[])["missing", "foreign", "own"])
        {
            foreach (var entry in Table.Entries.Where(entry => TenantMatrixRows.All.ContainsKey(entry.Request)))
            {
                foreach (var (name, caller, role, own, foreign) in callers)
                {
                    var row = TenantMatrixRows.All[entry.Request];
                    var place = whose switch { "own" => own, "foreign" => foreign, _ => TenantPlace.Missing };
                    var (code, answer) = await AskAsync(entry, row(place), caller);
                    var refused = ExpectedRefusal(entry.Access, name, role);
                    if (refused is not null && code != refused) problems.Add($"{entry.Name}, {name}, {whose}: {code} instead of {refused}");
                    if (refused is null && code is "InternalError" or "Forbidden.RAM" or "Forbidden.UserSuspended" or "InvalidAccountId.NotFound" && !MayNotFind(entry, whose, code)) problems.Add($"{entry.Name}, {name}, {whose}: {code} {answer}");
                    if (whose != "foreign" || refused is not null || entry.Access is Access.Anyone or Access.SignedIn or Access.Administrator) continue;
                    if (TextOf(row(foreign)) == TextOf(row(TenantPlace.Missing))) continue; // it names nothing
                    var (missingCode, missingAnswer) = await AskAsync(entry, row(TenantPlace.Missing), caller);
                    if ((code, Masked(answer, foreign)) != (missingCode, Masked(missingAnswer, TenantPlace.Missing)))
                        problems.Add($"{entry.Name}, {name}: a foreign thing is answered with {code} {answer}, a missing one with {missingCode} {missingAnswer}");
                }
            }
        }

        output.WriteLine($"{asked} requests");
        Assert.True(problems.Count == 0, string.Join('\n', problems));
    }

    private static string? ExpectedRefusal(Access access, string name, AccountRole role) => (access, name) switch
    {
        (Access.Anyone, _) => null,
        (_, "anonymous") => "Forbidden.RAM",
        (_, "suspended") => "Forbidden.UserSuspended",
        (Access.SignedIn, _) => null,
        (Access.Unattended, _) => "Forbidden.RAM",
        (Access.Administrator, _) => name == "administrator" ? null : "Forbidden.RAM",
        (Access.Viewer, _) => role >= AccountRole.Viewer ? null : "InvalidAccountId.NotFound",
        (Access.Operator, _) => role >= AccountRole.Operator ? null : "Forbidden.RAM",
        _ => role >= AccountRole.Owner ? null : "Forbidden.RAM",
    };

    /// <summary>An administrator who names an account that is not there is told so.</summary>
    private static bool MayNotFind(OperationEntry entry, string whose, string code) => entry.Access == Access.Administrator && whose == "missing" && code == "InvalidAccountId.NotFound";

    private static string TextOf(object record) => JsonSerializer.Serialize(record, record.GetType());

    /// <summary>What was asked for, taken out: both answers may repeat it.</summary>
    private static string Masked(string answer, TenantPlace place) => place.Ids.Aggregate(answer, (text, id) => text.Replace(id, "…", StringComparison.Ordinal));

    private async Task<(string Code, string Answer)> AskAsync(OperationEntry entry, object request, Caller caller)
    {
        try
        {
            var result = await entry.RunAsync(portal.Operations, request, caller, $"matrix-{++asked}", default);
            if (result is not IAsyncDisposable open) return ("", TextOf(result));
            await open.DisposeAsync();
            return ("", "content");
        }
        catch (OperationException refusal)
        {
            return (refusal.Error.Code, refusal.Error.Message);
        }
    }

    private async Task<Caller> AccountAsync(string name)
    {
        await portal.RunAsync(new CreateUser($"{name}@example.com"));
        var made = await portal.RunAsync(new CreateAccount(name) { OwnerEmail = $"{name}@example.com" });
        return await portal.CallerAsync($"{name}@example.com", made.AccountId);
    }

    private async Task<Caller> MemberAsync(Caller owner, AccountRole role, string email)
    {
        await portal.RunAsync(new CreateUser(email));
        await portal.RunAsync(new AddMember(email, role), owner);
        return await portal.CallerAsync(email, owner.AccountId);
    }
}
