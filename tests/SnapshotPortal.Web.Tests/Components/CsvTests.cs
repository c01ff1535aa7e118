using SnapshotPortal.Web.Components;

namespace SnapshotPortal.Web.Tests.Components;

public sealed class CsvTests
{
    [Fact]
    public void Texts_are_quoted_and_numbers_and_times_are_not()
        => Assert.Equal("\"a,\"\"b\"\"\",\"\",7,true,2026-01-02T03:04:05Z\r\n", Csv.Line("a,\"b\"", null, 7, true, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)));

    [Theory]
    [InlineData("=1+1")]
    [InlineData("@SUM(A1)")]
    [InlineData("-2")]
    public void What_a_spreadsheet_would_calculate_is_told_to_be_text(string text) => Assert.Equal($"\"'{text}\"\r\n", Csv.Line(text));
}
