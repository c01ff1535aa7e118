using SnapshotPortal.Testing;

namespace SnapshotPortal.Nbd.Tests.Interop;

public sealed class FioInterop : PoolServer
{
    [Theory]
    [InlineData("--rw=randwrite", "--bs=4k", "--iodepth=32")]
    [InlineData("--rw=randwrite", "--bsrange=512-128k", "--bs_unaligned=1", "--iodepth=16")]
    [InlineData("--rw=write", "--bs=1m", "--iodepth=4")]
    [InlineData("--rw=randwrite", "--bs=8k", "--iodepth=8", "--fsync=16")]
    public async Task What_fio_wrote_it_verifies(params string[] how) =>
        await ExternalProgram.RunAsync("fio", ["--name=verify", "--ioengine=nbd", $"--uri={Uri}", "--size=48m", "--io_size=32m", "--verify=crc32c", "--verify_fatal=1", "--do_verify=1", "--randseed=1", .. how]);

    [Fact]
    public async Task Trims_between_the_writes_do_no_harm()
    {
        var trims = Task.Run(async () => await ExternalProgram.RunAsync("fio", "--name=trim", "--ioengine=nbd", $"--uri={Uri}", "--rw=randtrim", "--bs=64k", "--iodepth=8", "--offset=48m", "--size=16m", "--loops=20"));
        await What_fio_wrote_it_verifies("--rw=randwrite", "--bs=4k", "--iodepth=32");
        await trims;
    }

    [Fact]
    public async Task Snapshots_taken_meanwhile_do_no_harm()
    {
        using var enough = new CancellationTokenSource();
        var snapshots = Task.Run(() =>
        {
            for (var i = 0; !enough.IsCancellationRequested && i < 1000; i++)
            {
                Pool.TakeSnapshot("disk", $"s-{i}");
                if (i >= 3) Pool.DeleteSnapshot($"s-{i - 3}");
            }
        });
        await What_fio_wrote_it_verifies("--rw=randwrite", "--bs=4k", "--iodepth=32");
        await enough.CancelAsync();
        await snapshots;
    }
}
