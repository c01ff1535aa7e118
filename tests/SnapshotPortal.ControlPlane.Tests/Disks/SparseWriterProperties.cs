using Microsoft.Extensions.DependencyInjection;
using SnapshotPortal.ControlPlane.Disks;

namespace SnapshotPortal.ControlPlane.Tests.Disks;

public sealed class SparseWriterProperties
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Disk_holds_what_was_written_whatever_was_there(int seed)
    {
        await using var portal = await TestPortal.StartAsync();
        var disk = portal.Services.GetRequiredService<ZonePools>()["local-1a"].CreateDisk($"d-{seed}", 1 << 20);
        var model = new byte[1 << 20];
        var random = new Random(seed);
        for (var i = 0; i < 200; i++)
        {
            var content = new byte[random.Next(1, 64 << 10)];
            if (random.Next(3) > 0) random.NextBytes(content);
            for (var hole = random.Next(4); hole > 0; hole--)
            {
                var start = random.Next(content.Length);
                content.AsSpan(start, random.Next(content.Length - start)).Clear();
            }

            var offset = random.Next(model.Length - content.Length);
            content.CopyTo(model, offset);
            SparseWriter.Write(disk, offset, content);
        }

        var read = new byte[model.Length];
        disk.Read(0, read);
        Assert.Equal(model, read);
    }
}
