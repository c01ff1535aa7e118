using SnapshotPortal.Api.Binding;
using SnapshotPortal.Api.Contract;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.Api.Tests.Binding;

/// <summary>Every way in which ECS writes parameters (SPEC 6.2).</summary>
public sealed class ParameterBinderTests
{
    [Fact]
    public void Texts_numbers_and_flags()
    {
        var request = Bind<CreateDisk>("RegionId=local-1&ZoneId=local-1a&Size=20&Encrypted=TRUE&DiskName=%E7%A3%81%E7%9B%98+1");
        Assert.Equal(("local-1", "local-1a", 20, true, "磁盘 1"), (request.RegionId, request.ZoneId, request.Size, request.Encrypted, request.DiskName));
    }

    [Fact]
    public void Names_are_taken_in_any_case_and_values_as_they_are()
        => Assert.Equal("local-1", Bind<DescribeDisks>("regionid=local-1").RegionId);

    [Fact]
    public void Lists_of_objects_in_the_order_of_their_numbers_with_gaps_and_old_spellings()
        => Assert.Equal([new("a", ""), new("b", null), new Tag("c", "3")], Bind<DescribeDisks>("RegionId=local-1&Tag.10.key=c&Tag.10.value=3&Tag.2.Key=b&Tag.1.Value=&Tag.1.Key=a").Tag!);

    [Fact]
    public void Lists_of_texts()
        => Assert.Equal(["s-1", "s-2"], Bind<TagResources>("RegionId=local-1&ResourceType=snapshot&ResourceId.2=s-2&ResourceId.1=s-1&Tag.1.Key=a").ResourceId!);

    [Theory]
    [InlineData("""["s-a","s-b"]""", "s-a,s-b")]
    [InlineData("[1,2]", "1,2")]
    [InlineData("[]", "")]
    public void Json_in_one_parameter(string text, string expected)
        => Assert.Equal(expected, string.Join(',', Bind<DescribeSnapshots>($"RegionId=local-1&SnapshotIds={Uri.EscapeDataString(text)}").SnapshotIds!));

    [Theory]
    [InlineData("s-a")]
    [InlineData("[")]
    [InlineData("[[\"a\"]]")]
    [InlineData("{\"a\":1}")]
    [InlineData("[null]")]
    [InlineData("[\"\\ud800\"]")]
    public void Json_that_is_no_list_of_texts(string text)
        => Assert.Equal("InvalidSnapshotIds.Malformed", Refused<DescribeSnapshots>($"RegionId=local-1&SnapshotIds={Uri.EscapeDataString(text)}").Error.Code);

    [Theory]
    [InlineData("PageSize=ten")]
    [InlineData("PageSize=1.5")]
    [InlineData("PageSize=99999999999")]
    [InlineData("PageSize= 1")]
    [InlineData("Encrypted=yes")]
    public void Values_of_another_type(string parameter) => Assert.Equal("InvalidParameter", Refused<DescribeDisks>($"RegionId=local-1&{parameter}").Error.Code);

    [Fact]
    public void Own_code_of_a_parameter()
    {
        var refusal = Refused<CreateSnapshot>("DiskId=d-1&RetentionDays=many");
        Assert.Equal(("InvalidRetentionDays.Malformed", 400, "RetentionDays"), (refusal.Error.Code, refusal.Error.HttpStatus, refusal.Parameter));
    }

    [Fact]
    public void Absent_and_empty_numbers_stay_as_the_record_says()
    {
        var request = Bind<CreateDisk>("RegionId=local-1&ZoneId=local-1a&Size=&DiskName=");
        Assert.Equal((null, ""), (request.Size, request.DiskName));
    }

    [Fact]
    public void The_query_wins_over_the_form_and_unknown_parameters_do_not_matter()
    {
        var tree = ParameterTree.Of(QueryText.Parse("RegionId=local-1&OwnerId=7&A.B.C.D.E.F.G.H.I=1"), QueryText.Parse("regionid=local-2&Status=Available"));
        var request = (DescribeDisks)ParameterBinder.Bind(EcsContract.Published.Actions["DescribeDisks"], typeof(DescribeDisks), tree);
        Assert.Equal(("local-1", "Available"), (request.RegionId, request.Status));
    }

    [Fact]
    public void What_is_for_pages_only_cannot_be_sent()
        => Assert.Null(Bind<DescribeDisks>("RegionId=local-1&Search=x").Search);

    [Fact]
    public void Mandatory_parameters_are_named()
    {
        Assert.Equal("RegionId", Refused<DescribeSnapshots>("").Parameter);
        Assert.Equal("ResourceId", Refused<TagResources>("RegionId=local-1&ResourceType=disk&Tag.1.Key=a").Parameter);
    }

    private static T Bind<T>(string query) => (T)ParameterBinder.Bind(EcsContract.Published.Actions[typeof(T).Name], typeof(T), ParameterTree.Of(QueryText.Parse(query), []));

    private static OperationException Refused<T>(string query) => Assert.Throws<OperationException>(() => Bind<T>(query));
}
