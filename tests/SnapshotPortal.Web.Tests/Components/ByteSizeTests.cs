using SnapshotPortal.Web.Components;

namespace SnapshotPortal.Web.Tests.Components;

public sealed class ByteSizeTests
{
    [Theory]
    [InlineData(0L, "0 B")]
    [InlineData(1023L, "1023 B")]
    [InlineData(1024L, "1 KiB")]
    [InlineData(1536L, "1.50 KiB")]
    [InlineData(10L << 20, "10 MiB")]
    [InlineData(15_309_373L, "14.6 MiB")]
    [InlineData(123L << 20, "123 MiB")]
    [InlineData((1L << 30) - 1, "1 GiB")]
    [InlineData(64L << 40, "64 TiB")]
    [InlineData(long.MaxValue, "8 EiB")]
    public void Three_digits_and_a_binary_unit_are_shown(long bytes, string text) => Assert.Equal(text, ByteSize.Format(bytes));

    [Fact]
    public void A_rate_is_a_size_each_second() => Assert.Equal("2.50 MiB/s", ByteSize.FormatRate(2.5 * (1 << 20)));
}
