using System.Runtime.CompilerServices;

namespace SnapshotPortal.Engine.Objects;

/// <summary>Asks again when a store does not answer.</summary>
/// <remarks>
/// Only <see cref="EngineFault.StoreUnavailable"/> is worth another try: a refusal stays one, and what is damaged is not mended
/// by asking twice. All calls of the interface are repeatable, so a call whose answer was lost is simply made again. Pauses
/// double, and each is between half and all of its length, so that many who failed together do not come back together.
/// A cancellation ends a pause at once. A listing goes on behind the last name it gave.
/// </remarks>
public sealed class RetryingObjectStore(IObjectStore inner, RetryOptions options, TimeProvider time, Random random) : IObjectStore
{
    /// <inheritdoc/>
    public Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancel) =>
        TryAsync(async () => { await inner.PutAsync(name, content, cancel); return true; }, cancel);

    /// <inheritdoc/>
    public Task<byte[]> GetAsync(string name, CancellationToken cancel) => TryAsync(() => inner.GetAsync(name, cancel), cancel);

    /// <inheritdoc/>
    public Task GetRangeAsync(string name, long offsetBytes, Memory<byte> destination, CancellationToken cancel) =>
        TryAsync(async () => { await inner.GetRangeAsync(name, offsetBytes, destination, cancel); return true; }, cancel);

    /// <inheritdoc/>
    public Task<long?> FindAsync(string name, CancellationToken cancel) => TryAsync(() => inner.FindAsync(name, cancel), cancel);

    /// <inheritdoc/>
    public Task DeleteAsync(string name, CancellationToken cancel) =>
        TryAsync(async () => { await inner.DeleteAsync(name, cancel); return true; }, cancel);

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancel)
    {
        string? last = null;
        for (var attempt = 1; ;)
        {
            var listing = inner.ListAsync(prefix, cancel).GetAsyncEnumerator(cancel);
            await using (listing)
            {
                EngineException? failure = null;
                while (failure is null)
                {
                    try
                    {
                        if (!await listing.MoveNextAsync()) yield break;
                    }
                    catch (EngineException e) when (IsWorthwhile(e, attempt)) { failure = e; continue; }
                    if (last is not null && string.CompareOrdinal(listing.Current.Name, last) <= 0) continue;
                    last = listing.Current.Name;
                    attempt = 1;   // it moves
                    yield return listing.Current;
                }
            }
            await PauseAsync(attempt++, cancel);
        }
    }

    private async Task<T> TryAsync<T>(Func<Task<T>> call, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try { return await call(); }
            catch (EngineException e) when (IsWorthwhile(e, attempt)) { }
            await PauseAsync(attempt, cancel);
        }
    }

    private bool IsWorthwhile(EngineException e, int attempt) => e.Fault == EngineFault.StoreUnavailable && attempt < options.AttemptsMax;

    private Task PauseAsync(int attempt, CancellationToken cancel)
    {
        var longest = Math.Min(options.LongestPause.TotalMilliseconds, options.FirstPause.TotalMilliseconds * Math.Pow(2, attempt - 1));
        double share;
        lock (random) share = random.NextDouble();
        return Task.Delay(TimeSpan.FromMilliseconds(longest * (1 + share) / 2), time, cancel);
    }
}

/// <summary>How patient a <see cref="RetryingObjectStore"/> is. By default it gives up after about two minutes.</summary>
public sealed record RetryOptions
{
    /// <summary>How often a call is made before its failure counts.</summary>
    public int AttemptsMax { get; init; } = 8;

    /// <summary>The longest first pause.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);
}
