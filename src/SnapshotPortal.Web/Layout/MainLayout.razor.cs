using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Web.Layout;

/// <summary>Knows which account the address names, and keeps the time that relative times are told by.</summary>
public sealed partial class MainLayout(PortalSession session, NavigationManager navigation, ChangeFeed feed, TimeProvider clock) : IDisposable
{
    private readonly CancellationTokenSource disposal = new();
    private ErrorBoundary? boundary;
    private IDisposable? subscription;
    private MyAccount? account;
    private DateTimeOffset now;
    private string watched = "";
    private bool loaded;

    private PortalSession Session => session;

    private string Path => new Uri(navigation.Uri).PathAndQuery;

    public void Dispose()
    {
        disposal.Cancel();
        disposal.Dispose();
        subscription?.Dispose();
        navigation.LocationChanged -= OnLocationChanged;
    }

    protected override async Task OnInitializedAsync()
    {
        now = clock.GetUtcNow();
        await session.LoadAsync();
        account = session.Find(AccountOfAddress());
        loaded = true;
        navigation.LocationChanged += OnLocationChanged;
        Watch();
        _ = TickAsync();
    }

    /// <summary>Reads rights and accounts anew; who has none any more is out.</summary>
    private async Task ReloadAsync()
    {
        try
        {
            await session.LoadAsync();
        }
        catch (OperationException)
        {
            navigation.NavigateTo(PortalUrls.SignIn, forceLoad: true);
            return;
        }

        account = session.Find(AccountOfAddress());
        StateHasChanged();
    }

    /// <summary>Memberships are announced to their account, users and new accounts to everybody.</summary>
    private void Watch()
    {
        subscription?.Dispose();
        watched = account?.AccountId ?? "";
        subscription = feed.Subscribe(watched, change => change.Kind is ResourceKind.Account || session.IsAboutMe(change) ? InvokeAsync(ReloadAsync) : Task.CompletedTask);
    }

    private void OnLocationChanged(object? sender, LocationChangedEventArgs moved) => _ = InvokeAsync(async () =>
    {
        boundary?.Recover();
        var name = AccountOfAddress();
        account = session.Find(name);
        if (account is null && name.Length > 0)
            await session.LoadAsync(); // perhaps it was made a moment ago
        account = session.Find(name) ?? account;
        if (!string.Equals(watched, account?.AccountId ?? "", StringComparison.Ordinal))
            Watch();
        StateHasChanged();
    });

    private string AccountOfAddress()
    {
        var segments = navigation.ToBaseRelativePath(navigation.Uri).Split('?', '#')[0].Split('/');
        return segments is ["a", { Length: > 0 } id, ..] ? Uri.UnescapeDataString(id) : session.Accounts.Count > 0 ? session.Accounts[0].AccountId : "";
    }

    private async Task TickAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(20), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(disposal.Token))
            {
                now = clock.GetUtcNow();
                await InvokeAsync(ReloadAsync); // rights too: what was not announced is noticed then
            }
        }
        catch (OperationCanceledException)
        {
            // The page is closed.
        }
    }
}
