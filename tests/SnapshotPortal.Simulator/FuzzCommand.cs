using System.Diagnostics;
using System.Globalization;

namespace SnapshotPortal.Simulator;

/// <summary><c>./dev fuzz NAME [SEED] [MESSAGES]</c>.</summary>
internal static class FuzzCommand
{
    private const string Usage = "fuzz nbd [SEED] [MESSAGES]         hostile and clumsy NBD clients from a seed (0) on, until so many messages (1000000) were sent";

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is not ["nbd", .. var numbers] || numbers.Length > 2 || !numbers.All(number => long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
        {
            await Console.Error.WriteLineAsync(Usage);
            return 2;
        }
        var seed = numbers.Length > 0 ? long.Parse(numbers[0], CultureInfo.InvariantCulture) : 0;
        var messages = numbers.Length > 1 ? long.Parse(numbers[1], CultureInfo.InvariantCulture) : 1_000_000;
        var clock = Stopwatch.StartNew();
        var (failure, sent) = await NbdFuzz.RunAsync(seed, messages);
        Console.WriteLine(failure is null ? $"{sent} messages, as it should be, in {clock.Elapsed.TotalSeconds:0.0} s; {GC.GetTotalMemory(forceFullCollection: true) >> 20} MiB held." : $"{failure}\nReplay it with: ./dev fuzz nbd {failure.Split(' ', ':')[1]} 1");
        return failure is null ? 0 : 1;
    }
}
