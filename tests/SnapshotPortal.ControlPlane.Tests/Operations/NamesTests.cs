using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Tests.Operations;

public sealed class NamesTests
{
    [Theory]
    [InlineData("ab")]
    [InlineData("Datenträger-1")]
    [InlineData("数据盘:1_a.b-c")]
    public void Letter_first_then_letters_digits_and_four_signs(string name) => Assert.True(Names.IsResourceName(name));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("1a")]
    [InlineData("a b")]
    [InlineData("ab\n")]
    [InlineData("http://a")]
    [InlineData("https://a")]
    [InlineData("a/b")]
    public void Everything_else_is_no_name(string name) => Assert.False(Names.IsResourceName(name));

    [Fact]
    public void Name_has_at_most_128_characters()
    {
        Assert.True(Names.IsResourceName(new('a', 128)));
        Assert.False(Names.IsResourceName(new('a', 129)));
    }

    [Fact]
    public void Snapshot_name_leaves_auto_to_automatic_snapshots()
    {
        Assert.False(Names.IsSnapshotName("auto2026"));
        Assert.True(Names.IsSnapshotName("Auto2026"));
    }

    [Theory]
    [InlineData("x", false)]
    [InlineData("ok", true)]
    [InlineData("http://x", false)]
    public void Description_has_two_characters_and_is_no_address(string text, bool accepted) => Assert.Equal(accepted, Names.IsDescription(text));
}
