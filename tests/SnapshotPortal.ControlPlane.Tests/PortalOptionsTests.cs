using Microsoft.Extensions.Configuration;

namespace SnapshotPortal.ControlPlane.Tests;

public sealed class PortalOptionsTests
{
    private static PortalOptions Read(params (string Key, string Value)[] settings)
        => PortalOptions.Read(
            new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(each => each.Key, string? (each) => each.Value)).Build(), "/srv/portal");

    [Fact]
    public void Nothing_configured_gives_two_regions_under_one_data_path()
    {
        var options = Read();
        Assert.Equal("/srv/portal/data", options.DataPath);
        Assert.Equal(["local-1: local-1a local-1b", "local-2: local-2a"], options.Regions.Select(region => $"{region.RegionId}: {string.Join(' ', region.Zones)}"));
    }

    [Fact]
    public void Configured_regions_replace_the_default_ones()
        => Assert.Equal(["de-1"], Read(("Portal:Regions:0:RegionId", "de-1"), ("Portal:Regions:0:Zones:0", "de-1a")).Regions.Select(region => region.RegionId));

    [Theory]
    [InlineData("Portal:DataPath", " ", "Portal:DataPath")]
    [InlineData("Portal:Regions:0:RegionId", "Ümlaut", "Portal:Regions:0:RegionId")]
    [InlineData("Portal:Regions:0:RegionId", "de-1", "Portal:Regions:0:Zones")]
    [InlineData("Portal:Bootstrap:AdminEmail", "a@example.com", "Portal:Bootstrap:AdminPassword")]
    [InlineData("Portal:Bootstrap:AccessKeySecret", "0123456789abcdef", "Portal:Bootstrap:AccessKeyId")]
    [InlineData("Portal:Quotas:ManualSnapshotsPerDisk", "many", "Portal:Quotas:ManualSnapshotsPerDisk")]
    [InlineData("Portal:Demo:Users:0:Email", "nobody", "Portal:Demo:Users:0:Email")]
    [InlineData("Portal:Disks:Limits", "perhaps", "Portal:Disks:Limits")]
    [InlineData("Portal:Rates:ReadBackPercent", "101", "Portal:Rates:ReadBackPercent")]
    public void Wrong_value_is_refused_by_the_name_of_its_key(string key, string value, string named)
    {
        var refusal = Assert.Throws<PortalStartException>(() => Read((key, value)));
        Assert.Contains($"{named} ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Allowed: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(named.Replace(":", "__", StringComparison.Ordinal), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Access_key_belongs_to_the_administrator_of_the_configuration()
        => Assert.Contains("Portal:Bootstrap:AdminEmail is missing", Assert.Throws<PortalStartException>(() => Read(
            ("Portal:Bootstrap:AccessKeyId", "LTAI0123456789abcdef"), ("Portal:Bootstrap:AccessKeySecret", "0123456789abcdef"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Zone_has_to_begin_with_its_region()
        => Assert.Throws<PortalStartException>(() => Read(("Portal:Regions:0:RegionId", "de-1"), ("Portal:Regions:0:Zones:0", "fr-1a")));

    [Fact]
    public void Zone_cannot_be_in_two_regions()
        => Assert.Contains("'de-12a' twice", Assert.Throws<PortalStartException>(() => Read(
            ("Portal:Regions:0:RegionId", "de-1"), ("Portal:Regions:0:Zones:0", "de-12a"),
            ("Portal:Regions:1:RegionId", "de-12"), ("Portal:Regions:1:Zones:0", "de-12a"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Short_password_is_refused_without_being_repeated()
    {
        var refusal = Assert.Throws<PortalStartException>(() => Read(("Portal:Bootstrap:AdminEmail", "a@example.com"), ("Portal:Bootstrap:AdminPassword", "hunter2")));
        Assert.DoesNotContain("hunter2", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Endpoint", "s3.example.com", "Bucket")]
    [InlineData("Directory", "/srv/snapshots", "Bucket", "Bucket", "snapshots")]
    [InlineData("Bucket", "snapshots", "Endpoint", "Endpoint", "s3.example.com")]
    [InlineData("Bucket", "snapshots", "SecretAccessKey", "AccessKeyId", "AKIA")]
    [InlineData("Bucket", "snapshots", "PathStyle", "PathStyle", "virtual")]
    public void Wrong_place_of_a_repository_is_refused_by_the_name_of_its_key(string key, string value, string named, string? key2 = null, string? value2 = null)
    {
        const string place = "Portal:Regions:0:Repository";
        List<(string, string)> settings = [("Portal:Regions:0:RegionId", "de-1"), ("Portal:Regions:0:Zones:0", "de-1a"), ($"{place}:{key}", value)];
        if (key2 is not null) settings.Add(($"{place}:{key2}", value2!));
        Assert.Contains($"{place}:{named} ", Assert.Throws<PortalStartException>(() => Read([.. settings])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Place_of_a_repository_is_told_without_its_secret()
    {
        const string place = "Portal:Regions:0:Repository";
        var region = Read(
            ("Portal:Regions:0:RegionId", "de-1"), ("Portal:Regions:0:Zones:0", "de-1a"), ($"{place}:Bucket", "snapshots"), ($"{place}:Prefix", "/portal"),
            ($"{place}:Endpoint", "https://s3.example.com"), ($"{place}:AccessKeyId", "AKIA"), ($"{place}:SecretAccessKey", "hunter2")).Regions[0];
        Assert.Equal(("portal/", true, "hunter2"), (region.Repository!.Bucket!.Prefix, region.Repository.Bucket.IsPathStyle, region.Repository.Bucket.SecretKey));
        Assert.Equal("the bucket 'snapshots' below 'portal/' at https://s3.example.com/", region.Repository.ToString());
    }
}
