namespace SnapshotPortal.Web.Developer;

/// <summary>The first call with each client, ready to be copied.</summary>
internal static class ClientSamples
{
    public static IReadOnlyList<(string Client, string Code)> For(string endpoint, string protocol, string region)
    {
        var url = $"{protocol.ToLowerInvariant()}://{endpoint}";
        return
        [
            ("Node.js, present SDK", $$"""
                // npm install @alicloud/ecs20140526 @alicloud/openapi-core
                const { default: Ecs, DescribeDisksRequest } = require('@alicloud/ecs20140526');
                const { $OpenApiUtil } = require('@alicloud/openapi-core');

                const client = new Ecs(new $OpenApiUtil.Config({
                  accessKeyId: process.env.ACCESS_KEY_ID, accessKeySecret: process.env.ACCESS_KEY_SECRET,
                  endpoint: '{{endpoint}}', protocol: '{{protocol}}', regionId: '{{region}}',
                }));
                client.describeDisks(new DescribeDisksRequest({ regionId: '{{region}}' })).then(answer => console.log(answer.body.disks.disk));
                """),
            ("Node.js, first generation", $$"""
                // npm install @alicloud/pop-core
                const { RPCClient } = require('@alicloud/pop-core');

                const client = new RPCClient({
                  accessKeyId: process.env.ACCESS_KEY_ID, accessKeySecret: process.env.ACCESS_KEY_SECRET,
                  endpoint: '{{url}}', apiVersion: '2014-05-26',
                });
                client.request('DescribeDisks', { RegionId: '{{region}}' }).then(answer => console.log(answer.Disks.Disk));
                """),
            ("Python", $$"""
                # pip install alibabacloud_ecs20140526
                import os
                from alibabacloud_ecs20140526.client import Client
                from alibabacloud_ecs20140526.models import DescribeDisksRequest
                from alibabacloud_tea_openapi.models import Config

                client = Client(Config(access_key_id=os.environ["ACCESS_KEY_ID"], access_key_secret=os.environ["ACCESS_KEY_SECRET"],
                                       endpoint="{{endpoint}}", protocol="{{protocol}}", region_id="{{region}}"))
                print(client.describe_disks(DescribeDisksRequest(region_id="{{region}}")).body.disks.disk)
                """),
            ("Go", $$"""
                // go get github.com/alibabacloud-go/ecs-20140526/v4
                client, err := ecs.NewClient(new(openapi.Config).
                    SetAccessKeyId(os.Getenv("ACCESS_KEY_ID")).SetAccessKeySecret(os.Getenv("ACCESS_KEY_SECRET")).
                    SetEndpoint("{{endpoint}}").SetProtocol("{{protocol}}").SetRegionId("{{region}}"))
                answer, err := client.DescribeDisks(new(ecs.DescribeDisksRequest).SetRegionId("{{region}}"))
                """),
            ("Java", $$"""
                // com.aliyun:ecs20140526
                var client = new com.aliyun.ecs20140526.Client(new com.aliyun.teaopenapi.models.Config()
                    .setAccessKeyId(System.getenv("ACCESS_KEY_ID")).setAccessKeySecret(System.getenv("ACCESS_KEY_SECRET"))
                    .setEndpoint("{{endpoint}}").setProtocol("{{protocol}}").setRegionId("{{region}}"));
                var answer = client.describeDisks(new DescribeDisksRequest().setRegionId("{{region}}"));
                """),
            ("Command line", $$"""
                aliyun ecs DescribeDisks --RegionId {{region}} --endpoint {{endpoint}}{{(protocol == "HTTP" ? " --insecure" : "")}}
                """),
        ];
    }
}
