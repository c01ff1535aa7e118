namespace SnapshotPortal.Web.Tests;

public sealed class PortalUrlsTests
{
    [Fact]
    public void The_account_is_part_of_every_address_in_it()
    {
        Assert.Equal("/a/a-1", PortalUrls.Overview("a-1"));
        Assert.Equal("/a/a-1/disks/d-2", PortalUrls.Disk("a-1", "d-2"));
        Assert.Equal("/a/a-1/snapshots/s-3/content", PortalUrls.SnapshotContent("a-1", "s-3"));
    }

    [Fact]
    public void Ids_from_outside_cannot_leave_their_segment() => Assert.Equal("/a/..%2F..%2Fx/disks/a%3Fb", PortalUrls.Disk("../../x", "a?b"));

    [Fact]
    public void Equal_states_have_equal_addresses() =>
        Assert.Equal("/a/a-1/disks?q=web%20%26%20db", PortalUrls.With(PortalUrls.Disks("a-1"), ("q", "web & db"), ("status", ""), ("page", null)));

    [Theory]
    [InlineData("/a/a-1/disks?q=x", true)]
    [InlineData("/", true)]
    [InlineData("//evil.example", false)]
    [InlineData("/\\evil.example", false)]
    [InlineData("https://evil.example/", false)]
    [InlineData("/a\r\nLocation: x", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_addresses_of_the_portal_are_returned_to(string? url, bool local) => Assert.Equal(local, PortalUrls.IsLocal(url));
}
