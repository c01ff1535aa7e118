using Microsoft.AspNetCore.Components;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.Web.Layout;

/// <summary>
/// A page that shows what an operation tells and tells it anew when it has changed: at once for the first change, then at
/// most every <see cref="Pause"/>, so that a busy account does not keep the page busy.
/// </summary>
public abstract class LivePage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);
    private IDisposable? subscription;
    private string? subscribedTo;
    private bool changed;
    private bool reloading;
    private bool disposed;

    [Inject]
    protected PortalSession Session { get; set; } = default!;

    [Inject]
    protected NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private ChangeFeed Feed { get; set; } = default!;

    /// <summary>The account of the page, from its address; empty for pages of the whole portal.</summary>
    [Parameter]
    public string Account { get; set; } = "";

    /// <summary>Why there is nothing to show.</summary>
    protected OperationError? Refusal { get; private set; }

    protected bool MayOperate => Session.MayOperate(Account);

    protected bool MayManage => Session.MayManage(Account);

    public void Dispose()
    {
        disposed = true;
        subscription?.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override async Task OnParametersSetAsync()
    {
        // Subscribed before the first reading: a change between the two is not missed.
        if (!string.Equals(subscribedTo, Account, StringComparison.Ordinal))
        {
            subscription?.Dispose();
            subscription = Feed.Subscribe(Account, change => Concerns(change) || Session.IsAboutMe(change) ? InvokeAsync(OnChangedAsync) : Task.CompletedTask);
            subscribedTo = Account;
        }

        await ReloadAsync();
    }

    /// <summary>Reads what the page shows.</summary>
    protected abstract Task LoadAsync();

    /// <summary>Whether a change can alter what the page shows.</summary>
    protected virtual bool Concerns(Change change) => true;

    protected async Task ReloadAsync()
    {
        try
        {
            await LoadAsync();
            Refusal = null;
        }
        catch (OperationException refusal)
        {
            Refusal = refusal.Error;
        }
    }

    protected Task<TResult> RunAsync<TResult>(IOperation<TResult> operation)
        where TResult : class => Session.RunAsync(Account, operation);

    protected async Task<JobInfo?> FindJobAsync(string? jobId) =>
        jobId is not null && (await RunAsync(new DescribeJobs { JobIds = [jobId] })).Jobs is [var job, ..] ? job : null;

    /// <summary>The jobs that upload those snapshots which are in progress, by id.</summary>
    protected async Task<IReadOnlyDictionary<string, JobInfo>> RunningJobsAsync(IEnumerable<SnapshotInfo> snapshots)
    {
        var ids = snapshots.Where(each => each is { Status: SnapshotStatus.Progressing, JobId: not null }).Select(each => each.JobId!).ToList();
        var jobs = ids.Count == 0 ? [] : (await RunAsync(new DescribeJobs { JobIds = ids, PageSize = 100 })).Jobs;
        return jobs.ToDictionary(each => each.JobId, StringComparer.Ordinal);
    }

    private async Task OnChangedAsync()
    {
        changed = true;
        if (reloading)
            return;

        reloading = true;
        try
        {
            while (changed && !disposed)
            {
                changed = false;
                await ReloadAsync();
                StateHasChanged();
                await Task.Delay(Pause);
            }
        }
        finally
        {
            reloading = false;
        }
    }
}
