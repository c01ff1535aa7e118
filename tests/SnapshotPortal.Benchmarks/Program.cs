using BenchmarkDotNet.Running;
using SnapshotPortal.Benchmarks;
using SnapshotPortal.Benchmarks.Backups;
using SnapshotPortal.Benchmarks.Nbd;

if (args is ["--micro", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args.Length > 1 ? args[1..] : ["--filter", "*"]);
    return 0;
}

if (args is [NbdBenchmark.Argument, ..]) return NbdBenchmark.Run(args[1..]);
if (args is [NbdWorker.Argument, var kind, var directory, var socket, var size])
{
    await NbdWorker.RunAsync(kind, directory, socket, long.Parse(size, System.Globalization.CultureInfo.InvariantCulture));
    return 0;
}

if (args is [BackupBenchmark.Argument, ..]) return BackupBenchmark.Run(args[1..]);
if (args is [PoolWorker.Argument, var room, var image])
{
    PoolWorker.Run(room, image);
    return 0;
}

if (BenchmarkOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine(BenchmarkOptions.Usage);
    return 2;
}

if (options.Opening) OpeningBenchmark.Run(options);
else PoolBenchmark.Run(options);
return 0;
