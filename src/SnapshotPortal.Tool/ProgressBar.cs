using System.Globalization;

namespace SnapshotPortal.Tool;

/// <summary>How far a command is, on one line of the terminal; nothing where the standard error output is none.</summary>
internal sealed class ProgressBar(string what) : IDisposable
{
    private const int Cells = 30;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Lock gate = new();
    private readonly long began = TimeProvider.System.GetTimestamp();
    private TimeSpan shown = -Pause;

    private static bool IsShown { get; } = !Console.IsErrorRedirected;

    /// <summary>Shows the state, at most ten times a second.</summary>
    public void Show(long doneBytes, long totalBytes)
    {
        if (!IsShown) return;
        lock (gate)
        {
            var elapsed = TimeProvider.System.GetElapsedTime(began);
            if (elapsed - shown < Pause) return;
            shown = elapsed;
            var share = totalBytes > 0 ? Math.Clamp((double)doneBytes / totalBytes, 0, 1) : 0;
            var cells = (int)(share * Cells);
            var rate = (long)(doneBytes / Math.Max(elapsed.TotalSeconds, 0.001));
            Console.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{what} [{new string('#', cells)}{new string('.', Cells - cells)}] {share * 100,3:0} %  {Report.Bytes(doneBytes)} of {Report.Bytes(totalBytes)}  {Report.Bytes(rate)}/s\x1b[K"));
        }
    }

    /// <summary>The same for the engine's operations.</summary>
    public IProgress<T> Of<T>(Func<T, (long Done, long Total)> read) => new Direct<T>(value =>
    {
        var (done, total) = read(value);
        Show(done, total);
    });

    /// <summary>Takes away whatever bar stands on the line.</summary>
    public static void Clear()
    {
        if (IsShown) Console.Error.Write("\r\x1b[K");
    }

    public void Dispose() => Clear();

    // Progress<T> would post to the thread pool: lines out of order, and some after the end.
    private sealed class Direct<T>(Action<T> show) : IProgress<T>
    {
        public void Report(T value) => show(value);
    }
}
