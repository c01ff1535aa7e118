using System.Text;
using System.Text.Json;
using SnapshotPortal.Api.Answers;
using SnapshotPortal.Api.Contract;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Regions;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.Api.Tests.Answers;

/// <summary>The bytes of answers (SPEC 6.8).</summary>
public sealed class AnswersTests
{
    private const string RequestId = "4B2C7F0E-5A55-4B8B-9C34-7C2B1D0E6A11";

    [Fact]
    public void Lists_are_wrapped_twice()
        => Assert.Equal(
            """{"RequestId":"4B2C7F0E-5A55-4B8B-9C34-7C2B1D0E6A11","Regions":{"Region":[{"LocalName":"Local \u0026 1","RegionEndpoint":"","RegionId":"local-1","Status":"available"}]}}""",
            Json("DescribeRegions", new DescribeRegionsResult([new("local-1", "Local & 1", "", "available")])));

    [Fact]
    public void Empty_lists_are_lists_and_absent_values_are_left_out()
        => Assert.Equal("""{"RequestId":"4B2C7F0E-5A55-4B8B-9C34-7C2B1D0E6A11","TagResources":{"TagResource":[]}}""", Json("ListTagResources", new ListTagResourcesResult(null, [])));

    [Fact]
    public void An_answer_without_content_has_its_request_id()
        => Assert.Equal("""{"RequestId":"4B2C7F0E-5A55-4B8B-9C34-7C2B1D0E6A11"}""", Json("DeleteDisk", Done.Instance));

    [Fact]
    public void Xml_is_the_same_in_elements()
        => Assert.Equal(
            """<?xml version="1.0" encoding="utf-8"?><DescribeRegionsResponse><RequestId>4B2C7F0E-5A55-4B8B-9C34-7C2B1D0E6A11</RequestId><Regions><Region><LocalName>Local &amp; 1</LocalName><RegionEndpoint></RegionEndpoint><RegionId>local-1</RegionId><Status>available</Status></Region><Region><LocalName></LocalName><RegionEndpoint></RegionEndpoint><RegionId>local-2</RegionId><Status>available</Status></Region></Regions></DescribeRegionsResponse>""",
            Encoding.UTF8.GetString(XmlAnswer.Write("DescribeRegionsResponse", Bytes("DescribeRegions", new DescribeRegionsResult([new("local-1", "Local & 1", "", "available"), new("local-2", "", "", "available")])))));

    [Fact]
    public void Xml_replaces_what_it_cannot_write()
        => Assert.Contains("<LocalName>a\uFFFDb\U0001F600</LocalName>", Encoding.UTF8.GetString(XmlAnswer.Write("R", Bytes("DescribeRegions", new DescribeRegionsResult([new("local-1", "a\u0001b\U0001F600", "", "available")])))), StringComparison.Ordinal);

    [Fact]
    public void Errors_have_the_members_that_sdks_read()
    {
        var error = JsonDocument.Parse(ErrorWriter.Write(new("InvalidDiskId.NotFound", 404, "There is no such disk.", "Look again."), RequestId, "ecs.example.com:80")).RootElement;
        Assert.Equal(["RequestId", "HostId", "Code", "Message", "Recommend"], error.EnumerateObject().Select(member => member.Name));
        Assert.Equal("InvalidDiskId.NotFound", error.GetProperty("Code").GetString());
    }

    [Fact]
    public async Task The_format_is_the_one_asked_for()
    {
        await using var api = await TestApi.StartAsync();
        Assert.Equal("application/json; charset=utf-8", (await api.Client.SendV1Async("DescribeRegions", ("Format", "json"))).ContentType);
        Assert.Equal("application/json; charset=utf-8", (await api.Client.SendV3Async("DescribeRegions")).ContentType);
        var xml = await api.Client.SendV1Async("DescribeRegions", ("Format", "XML"));
        Assert.Equal("text/xml; charset=utf-8", xml.ContentType);
        Assert.Contains("<DescribeRegionsResponse><RequestId>", xml.Body, StringComparison.Ordinal);
        var refused = await api.Client.SendV1Async("DescribeDisks", ("Format", ""));
        Assert.Contains("<Error><RequestId>", refused.Body, StringComparison.Ordinal);
        Assert.Contains("<Code>MissingParameter</Code>", refused.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_is_told_with_the_published_names_and_types()
    {
        await using var api = await TestApi.StartAsync();
        var disk = await api.DiskAsync("data-1");
        await api.RunAsync(new TagResources("local-1", "disk") { ResourceId = [disk], Tag = [new("env", "prod")] });

        var told = (await api.Client.SendV3Async("DescribeDisks", ("RegionId", "local-1"))).Json;
        Assert.Equal((1, 1, 10), (told.GetProperty("TotalCount").GetInt32(), told.GetProperty("PageNumber").GetInt32(), told.GetProperty("PageSize").GetInt32()));
        var only = Assert.Single(told.GetProperty("Disks").GetProperty("Disk").EnumerateArray());
        Assert.Equal(disk, only.GetProperty("DiskId").GetString());
        Assert.Equal(20, only.GetProperty("Size").GetInt32());
        Assert.True(only.GetProperty("Portable").GetBoolean());
        Assert.Equal("prod", only.GetProperty("Tags").GetProperty("Tag")[0].GetProperty("TagValue").GetString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", only.GetProperty("CreationTime").GetString()!);
        Assert.False(only.TryGetProperty("LengthBytes", out _));
    }

    private static string Json(string action, object result) => Encoding.UTF8.GetString(Bytes(action, result));

    private static byte[] Bytes(string action, object result) => ResponseWriter.Write(EcsContract.Published.Actions[action], result, RequestId);
}
