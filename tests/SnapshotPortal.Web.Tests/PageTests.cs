using System.Security.Claims;
using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Radzen;
using Radzen.Blazor;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.Web.Layout;
using SnapshotPortal.Web.Policies;

namespace SnapshotPortal.Web.Tests;

/// <summary>Renders pages as a user sees them: real operations below, the dialogs beside them.</summary>
[Collection(PageCollection.Name)]
public abstract class PageTests : BunitContext
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    protected PageTests(TestPortal portal)
    {
        Portal = portal;
        DefaultWaitTimeout = Patience;
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddRadzenComponents();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton(portal.Operations);
        Services.AddSingleton(portal.Changes);
        Services.AddScoped<PortalSession>();
        Services.AddScoped<ReaderZone>();
        Authorization = this.AddAuthorization();
    }

    protected TestPortal Portal { get; }

    private Bunit.TestDoubles.BunitAuthorizationContext Authorization { get; }

    protected NavigationManager Navigation => Services.GetRequiredService<NavigationManager>();

    /// <summary>Signs a caller in, as the frame does before it shows a page.</summary>
    protected async Task SignInAsync(Caller caller)
    {
        var email = await Portal.EmailAsync(caller);
        Authorization.SetAuthorized(email);
        Authorization.SetClaims(new Claim(ClaimTypes.NameIdentifier, caller.UserId), new Claim(ClaimTypes.Email, email));
        await Services.GetRequiredService<PortalSession>().LoadAsync();
    }

    /// <summary>A page of the caller's account once it shows more than "Loading".</summary>
    protected IRenderedComponent<TPage> Show<TPage>(Caller caller, string? query = null, Action<ComponentParameterCollectionBuilder<TPage>>? parameters = null)
        where TPage : LivePage
    {
        if (query is not null)
            Navigation.NavigateTo("/page?" + query);
        var page = Render<TPage>(builder =>
        {
            builder.Add(each => each.Account, caller.AccountId);
            parameters?.Invoke(builder);
        });
        page.WaitForState(() => page.FindAll(".loading").Count == 0, Patience);
        return page;
    }

    /// <summary>What opens dialogs; rendered once by the test that needs them.</summary>
    protected IRenderedComponent<RadzenDialog> ShowDialogs() => Render<RadzenDialog>();
}
