using System.Text;
using SnapshotPortal.Engine.Log;

namespace SnapshotPortal.Engine.Tests.Log;

public sealed class Crc32CTests
{
    [Theory]
    [InlineData("123456789", 0xE3069283)] // the check value of the catalogue of parametrised CRC algorithms
    [InlineData("", 0)]
    public void The_sum_of_a_text_is_that_of_the_standard(string text, uint sum) => Assert.Equal(sum, Crc32C.Of(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void The_vectors_of_the_standard_are_met()
    {
        // RFC 3720 B.4: 32 bytes of zeroes, of ones, ascending and descending.
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Of(Enumerable.Repeat((byte)0xFF, 32).ToArray()));
        Assert.Equal(0x46DD794Eu, Crc32C.Of(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray()));
        Assert.Equal(0x113FDB5Cu, Crc32C.Of(Enumerable.Range(0, 32).Select(i => (byte)(31 - i)).ToArray()));
    }

    [Fact]
    public void Every_way_to_sum_up_a_block_gives_the_same()
    {
        var random = new Random(1);
        var block = new byte[Limits.BlockBytes];
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(Crc32C.Of(block), Crc32C.OfQuarters(block));
            Assert.Equal(Crc32C.Of(block), Crc32C.OfBlock(block));
            random.NextBytes(block.AsSpan(0, random.Next(block.Length)));
            block[random.Next(block.Length)] ^= (byte)(1 << random.Next(8));
        }
    }
}
