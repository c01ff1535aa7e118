using Microsoft.AspNetCore.Connections;
using SnapshotPortal.ControlPlane;

namespace SnapshotPortal.Web.Hosting;

/// <summary>A portal that cannot start says why in a sentence and ends with exit code 1; only a bug shows a stack trace.</summary>
internal sealed class StartupChecks
{
    private volatile bool started;

    public StartupChecks(ILoggingBuilder logging) =>
        // Until it has started, the generic host would log the refusal again, with its stack; afterwards it logs what matters.
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", _ => started);

    /// <summary>Says that the portal is up.</summary>
    public void Passed() => started = true;

    public static async Task<int> RunAsync(Func<Task> host)
    {
        try
        {
            await host();
            return 0;
        }
        catch (PortalStartException refused)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return 1;
        }
        catch (IOException refused) when (refused.InnerException is AddressInUseException)
        {
            await Console.Error.WriteLineAsync($"{refused.Message} Stop the other program, or choose another address with --urls http://localhost:5081.");
            return 1;
        }
    }
}
