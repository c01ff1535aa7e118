using System.CommandLine;
using System.Runtime.InteropServices;
using SnapshotPortal.Engine;
using SnapshotPortal.ImageFormats;

namespace SnapshotPortal.Tool;

/// <summary>One run of one command: its arguments, its way to say something, its signals, and how its failure becomes an exit code.</summary>
internal sealed class Session : IDisposable
{
    private const int ErrorBrokenPipe = 32;

    /// <summary>The option of all commands.</summary>
    public static readonly Option<bool> Json = new("--json") { Description = "Write one JSON document instead of text.", Recursive = true };

    private readonly ParseResult parsed;
    private readonly CancellationTokenSource stop = new();
    private ExitCode stoppedBy;

    private Session(ParseResult parsed, bool ownsOutput) => (this.parsed, Report) = (parsed, new Report(parsed.GetValue(Json), ownsOutput));

    public Report Report { get; }

    /// <summary>Cancelled by Ctrl-C, a termination, or the end of the terminal.</summary>
    public CancellationToken Cancel => stop.Token;

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    /// <summary>An argument that may be left out.</summary>
    public T? Find<T>(Argument<T> argument) => parsed.GetValue(argument);

    /// <summary>Makes a command run a body.</summary>
    /// <param name="command">The command.</param>
    /// <param name="body">What it does.</param>
    /// <param name="writesContent">Whether its output is content with these arguments: then what it has to say goes to the standard error output.</param>
    public static Command Run(Command command, Func<Session, Task<ExitCode>> body, Func<ParseResult, bool>? writesContent = null)
    {
        command.SetAction(async (parsed, _) =>
        {
            using var session = new Session(parsed, ownsOutput: writesContent?.Invoke(parsed) != true);
            return (int)await session.RunAsync(body);
        });
        return command;
    }

    private async Task<ExitCode> RunAsync(Func<Session, Task<ExitCode>> body)
    {
        using var interrupt = Catch(PosixSignal.SIGINT, ExitCode.Interrupted);
        using var terminate = Catch(PosixSignal.SIGTERM, ExitCode.Terminated);
        try { return await body(this); }
        catch (OperationCanceledException) when (stop.IsCancellationRequested) { return Report.Failed(stoppedBy, "Stopped. The same command goes on from what is done."); }
        catch (IOException e) when (e.HResult == ErrorBrokenPipe) { return ExitCode.BrokenPipe; }
        catch (EngineException e) { return Report.Failed(ExitCodes.Of(e.Fault), e.Message); }
        catch (ImageException e) { return Report.Failed(ExitCode.Failed, e.Message); }
        catch (UsageException e) { return Report.Failed(ExitCode.Usage, e.Message); }
        catch (ArgumentException e) when (e.ParamName is { } name) { return Report.Failed(ExitCode.Usage, e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return Report.Failed(ExitCode.Failed, e.Message); }
        catch (Exception e) when (e is not OperationCanceledException) { return Report.Failed(ExitCode.Failed, $"This is a bug of snapctl; please report it. {e}"); }
    }

    public void Dispose() => stop.Dispose();

    // The first signal lets the command end in order; a second one is not caught.
    private PosixSignalRegistration Catch(PosixSignal signal, ExitCode code) => PosixSignalRegistration.Create(signal, context =>
    {
        if (stop.IsCancellationRequested) return;
        context.Cancel = true;
        stoppedBy = code;
        stop.Cancel();
    });
}
