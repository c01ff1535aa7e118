using BenchmarkDotNet.Running;
using SnapshotPortal.Benchmarks;

if (args is ["--micro", ..])
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args.Length > 1 ? args[1..] : ["--filter", "*"]);
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
