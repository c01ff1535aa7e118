using Microsoft.JSInterop;

namespace SnapshotPortal.Web.Policies;

/// <summary>The time zone of the browser, asked once a circuit.</summary>
public sealed class ReaderZone(IJSRuntime script)
{
    private TimeZoneInfo? zone;

    /// <summary>UTC where the browser does not tell, or tells a zone that is not known here.</summary>
    public async Task<TimeZoneInfo> FindAsync()
    {
        if (zone is not null)
            return zone;

        try
        {
            var id = await script.InvokeAsync<string?>("portal.timeZone");
            zone = id is not null && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var found) ? found : TimeZoneInfo.Utc;
        }
        catch (JSException)
        {
            zone = TimeZoneInfo.Utc; // an old script in the browser's cache
        }

        return zone;
    }
}
