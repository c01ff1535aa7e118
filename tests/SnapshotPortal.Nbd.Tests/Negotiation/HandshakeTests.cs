using System.Buffers.Binary;
using System.Text;
using SnapshotPortal.Nbd.Tests.Harness;
using SnapshotPortal.Nbd.Wire;

namespace SnapshotPortal.Nbd.Tests.Negotiation;

public sealed class HandshakeTests
{
    private const TransmissionFlags Writable = TransmissionFlags.HasFlags | TransmissionFlags.SendFlush | TransmissionFlags.SendFua | TransmissionFlags.SendTrim
        | TransmissionFlags.SendWriteZeroes | TransmissionFlags.CanMultiConn | TransmissionFlags.SendCache | TransmissionFlags.SendFastZero;

    [Fact]
    public async Task Go_tells_size_flags_name_description_and_block_sizes_that_were_asked_for()
    {
        await using var server = new TestServer();
        server.Exports[TestServer.ExportName] = new() { Name = TestServer.ExportName, Device = server.Device, Description = "Tägliches" };
        using var client = server.Connect();
        var answers = client.AskAll(OptionCode.Go, WireClient.InfoData(TestServer.ExportName, InfoType.Name, InfoType.Description, InfoType.BlockSize));
        Assert.Equal([.. WireClient.Bytes((ushort)InfoType.Export), .. WireClient.Bytes((ulong)TestServer.DiskBytes), .. WireClient.Bytes((ushort)Writable)], answers[0].Data);
        Assert.Equal([.. WireClient.Bytes((ushort)InfoType.Name), .. Encoding.UTF8.GetBytes(TestServer.ExportName)], answers[1].Data);
        Assert.Equal([.. WireClient.Bytes((ushort)InfoType.Description), .. Encoding.UTF8.GetBytes("Tägliches")], answers[2].Data);
        Assert.Equal([.. WireClient.Bytes((ushort)InfoType.BlockSize), .. WireClient.Bytes(1u), .. WireClient.Bytes(4096u), .. WireClient.Bytes(32u << 20)], answers[3].Data);
        Assert.Equal(OptionReply.Acknowledged, answers[4].Reply);
        Assert.Equal(NbdErrno.None, client.Run(WireClient.Request(Command.Flush, 0, 0)));
    }

    [Fact]
    public async Task Info_tells_the_same_and_goes_on_with_options()
    {
        await using var server = new TestServer();
        using var client = server.Connect();
        Assert.Equal(OptionReply.Info, client.AskAll(OptionCode.Info, WireClient.InfoData(TestServer.ExportName))[0].Reply);
        Assert.Equal(OptionReply.Acknowledged, client.Ask(OptionCode.StructuredReply).Reply);
    }

    [Fact]
    public async Task A_read_only_export_offers_no_changes()
    {
        await using var server = new TestServer();
        server.Exports[TestServer.ExportName] = new() { Name = TestServer.ExportName, Device = server.Device, IsReadOnly = true };
        using var client = server.Connect();
        var flags = (TransmissionFlags)BinaryPrimitives.ReadUInt16BigEndian(client.AskAll(OptionCode.Go, WireClient.InfoData(TestServer.ExportName))[0].Data.AsSpan(10));
        Assert.Equal(TransmissionFlags.HasFlags | TransmissionFlags.ReadOnly | TransmissionFlags.SendFlush | TransmissionFlags.SendFua | TransmissionFlags.CanMultiConn | TransmissionFlags.SendCache, flags);
    }

    [Fact]
    public async Task Structured_replies_offer_reads_in_one_piece()
    {
        await using var server = new TestServer();
        using var client = server.Connect();
        client.Ask(OptionCode.StructuredReply);
        var flags = (TransmissionFlags)BinaryPrimitives.ReadUInt16BigEndian(client.AskAll(OptionCode.Go, WireClient.InfoData(TestServer.ExportName))[0].Data.AsSpan(10));
        Assert.Equal(Writable | TransmissionFlags.SendDf, flags);
    }

    [Theory]
    [InlineData(3u, 0)]
    [InlineData(1u, 124)]
    [InlineData(0u, 124)]
    public async Task The_old_way_to_choose_an_export_works(uint clientFlags, int zeroes)
    {
        await using var server = new TestServer();
        using var client = new WireClient(server.SocketPath);
        client.Greet(clientFlags);
        client.Send(WireClient.Option(OptionCode.ExportName, Encoding.UTF8.GetBytes(TestServer.ExportName)));
        Assert.Equal([.. WireClient.Bytes((ulong)TestServer.DiskBytes), .. WireClient.Bytes((ushort)Writable)], client.Receive(10));
        Assert.Equal(new byte[zeroes], client.Receive(zeroes));
        Assert.Equal(NbdErrno.None, client.Run(WireClient.Request(Command.Flush, 0, 0)));
    }

    [Fact]
    public async Task The_old_way_to_choose_an_export_that_is_not_there_ends_the_connection()
    {
        await using var server = new TestServer();
        using var client = server.Connect();
        client.Send(WireClient.Option(OptionCode.ExportName, Encoding.UTF8.GetBytes("guess")));
        Assert.True(client.IsClosed());
        Assert.Equal("There is no export of that name.", server.NextEnd().Reason);
    }

    [Fact]
    public async Task A_name_that_opens_nothing_is_refused_and_another_can_be_tried()
    {
        await using var server = new TestServer();
        using var client = server.Connect();
        Assert.Equal(OptionReply.UnknownExport, client.Ask(OptionCode.Go, WireClient.InfoData("guess")).Reply);
        Assert.Equal(OptionReply.UnknownExport, client.Ask(OptionCode.Info, WireClient.InfoData("")).Reply);
        Assert.Equal(OptionReply.Info, client.Ask(OptionCode.Go, WireClient.InfoData(TestServer.ExportName)).Reply);
    }

    [Fact]
    public async Task Who_tries_name_after_name_is_dropped()
    {
        await using var server = new TestServer();
        using var client = server.Connect();
        for (var i = 0; i < NbdLimits.OptionsMax; i++) Assert.Equal(OptionReply.UnknownExport, client.Ask(OptionCode.Go, WireClient.InfoData($"guess {i}")).Reply);
        Assert.True(client.IsClosed());
    }

    [Fact]
    public async Task Exports_are_listed_only_where_the_catalog_says_so()
    {
        await using var server = new TestServer();
        using var client = server.Connect();
        Assert.Equal([OptionReply.Acknowledged], client.AskAll(OptionCode.List).Select(answer => answer.Reply));
        server.Listed.Add(TestServer.ExportName);
        var listed = client.AskAll(OptionCode.List);
        Assert.Equal([OptionReply.Server, OptionReply.Acknowledged], listed.Select(answer => answer.Reply));
        Assert.Equal(WireClient.Text(TestServer.ExportName), listed[0].Data);
    }

    [Fact]
    public async Task Abort_is_acknowledged_and_ends_the_connection()
    {
        await using var server = new TestServer();
        using var client = server.Connect();
        Assert.Equal(OptionReply.Acknowledged, client.Ask(OptionCode.Abort).Reply);
        Assert.True(client.IsClosed());
        Assert.Equal("The client said goodbye.", server.NextEnd().Reason);
    }

    [Fact]
    public async Task An_unknown_option_is_unsupported_and_its_data_skipped()
    {
        await using var server = new TestServer();
        using var client = server.Connect();
        Assert.Equal(OptionReply.Unsupported, client.Ask((OptionCode)4711, new byte[1000]).Reply);
        Assert.Equal(OptionReply.Unsupported, client.Ask((OptionCode)4).Reply);
        Assert.Equal(OptionReply.Acknowledged, client.Ask(OptionCode.StructuredReply).Reply);
    }

    [Fact]
    public async Task A_long_option_is_skipped_and_a_huge_one_ends_the_connection()
    {
        await using var server = new TestServer();
        using var client = server.Connect();
        Assert.Equal(OptionReply.TooBig, client.Ask(OptionCode.Go, new byte[NbdLimits.OptionBytesMax + 1]).Reply);
        Assert.Equal(OptionReply.Acknowledged, client.Ask(OptionCode.StructuredReply).Reply);
        client.Send(WireClient.Bytes(Magic.Option), WireClient.Bytes((uint)OptionCode.Go), WireClient.Bytes(uint.MaxValue));
        Assert.True(client.IsClosed());
    }

    [Fact]
    public async Task Data_where_there_must_be_none_is_invalid()
    {
        await using var server = new TestServer();
        using var client = server.Connect();
        Assert.Equal(OptionReply.Invalid, client.Ask(OptionCode.List, 1).Reply);
        Assert.Equal(OptionReply.Invalid, client.Ask(OptionCode.StructuredReply, 1).Reply);
    }

    public static TheoryData<string, byte[]> BrokenInfo => new()
    {
        { "nothing", [] },
        { "a name longer than the option", [.. WireClient.Bytes(100u), .. new byte[10]] },
        { "a name of 4 GiB", [.. WireClient.Bytes(uint.MaxValue), .. new byte[10]] },
        { "a name longer than names are", [.. WireClient.Text(new string('a', NbdLimits.NameBytesMax + 1)), 0, 0] },
        { "a name with a NUL", [.. WireClient.Text("a\0b"), 0, 0] },
        { "a name that is not UTF-8", [.. WireClient.Bytes(2u), 0xC3, 0x28, 0, 0] },
        { "no count", WireClient.Text("a") },
        { "fewer infos than counted", [.. WireClient.Text("a"), 0, 9, 0, 1] },
        { "more than counted", [.. WireClient.Text("a"), 0, 0, 0, 1] },
    };

    [Theory]
    [MemberData(nameof(BrokenInfo))]
    public async Task An_option_whose_lengths_do_not_fit_is_invalid(string what, byte[] data)
    {
        await using var server = new TestServer();
        using var client = server.Connect();
        Assert.True(client.Ask(OptionCode.Go, data).Reply == OptionReply.Invalid, what);
        Assert.Equal(OptionReply.Acknowledged, client.Ask(OptionCode.StructuredReply).Reply);
    }

    [Theory]
    [InlineData(4u)]
    [InlineData(0x80000003u)]
    public async Task Unknown_client_flags_end_the_connection(uint flags)
    {
        await using var server = new TestServer();
        using var client = new WireClient(server.SocketPath);
        client.Greet(flags);
        Assert.True(client.IsClosed());
    }

    [Fact]
    public async Task An_option_without_its_magic_number_ends_the_connection()
    {
        await using var server = new TestServer();
        using var client = server.Connect();
        client.Send(new byte[16]);
        Assert.True(client.IsClosed());
        Assert.Contains("IHAVEOPT", server.NextEnd().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contexts_need_structured_replies()
    {
        await using var server = new TestServer();
        using var client = server.Connect();
        Assert.Equal(OptionReply.Invalid, client.Ask(OptionCode.SetMetaContext, WireClient.ContextData(TestServer.ExportName, "base:allocation")).Reply);
        client.Ask(OptionCode.StructuredReply);
        Assert.Equal([OptionReply.MetaContext, OptionReply.Acknowledged], client.AskAll(OptionCode.SetMetaContext, WireClient.ContextData(TestServer.ExportName, "base:allocation")).Select(answer => answer.Reply));
    }

    [Theory]
    [InlineData(new string[0], new[] { "base:allocation", "x-snapshotportal:changed-since=s-1" })]
    [InlineData(new[] { "base:" }, new[] { "base:allocation" })]
    [InlineData(new[] { "x-snapshotportal:" }, new[] { "x-snapshotportal:changed-since=s-1" })]
    [InlineData(new[] { "qemu:", "base:other" }, new string[0])]
    public async Task Contexts_are_listed_by_name_namespace_or_all(string[] queries, string[] expected)
    {
        await using var server = new TestServer();
        server.Exports[TestServer.ExportName] = new() { Name = TestServer.ExportName, Device = server.Device, Changes = [new("s-1", (_, _) => [])] };
        using var client = server.Connect();
        client.Ask(OptionCode.StructuredReply);
        var answers = client.AskAll(OptionCode.ListMetaContext, WireClient.ContextData(TestServer.ExportName, queries));
        Assert.Equal(expected, answers.SkipLast(1).Select(answer => Encoding.UTF8.GetString(answer.Data.AsSpan(4))));
    }

    [Fact]
    public async Task Too_many_contexts_are_refused()
    {
        await using var server = new TestServer();
        using var client = server.Connect();
        client.Ask(OptionCode.StructuredReply);
        Assert.Equal(OptionReply.TooBig, client.Ask(OptionCode.SetMetaContext, WireClient.ContextData(TestServer.ExportName, [.. Enumerable.Repeat("base:", NbdLimits.QueriesMax + 1)])).Reply);
        Assert.Equal(OptionReply.Invalid, client.Ask(OptionCode.SetMetaContext, [.. WireClient.Text(TestServer.ExportName), .. WireClient.Bytes(3u)]).Reply);
    }

    [Fact]
    public async Task An_export_takes_only_as_many_connections_as_it_may()
    {
        await using var server = new TestServer();
        server.Exports[TestServer.ExportName] = new() { Name = TestServer.ExportName, Device = server.Device, ConnectionsMax = 1 };
        using var second = server.Connect();
        using (server.Attach()) Assert.Equal(OptionReply.RefusedByPolicy, second.Ask(OptionCode.Go, WireClient.InfoData(TestServer.ExportName)).Reply);
        server.NextEnd();
        Assert.Equal(OptionReply.Info, second.Ask(OptionCode.Go, WireClient.InfoData(TestServer.ExportName)).Reply);
    }

    [Fact]
    public async Task Connections_beyond_the_servers_limit_are_closed_at_once()
    {
        await using var server = new TestServer(new() { ConnectionsMax = 1 });
        using var first = server.Connect();
        Assert.Equal(OptionReply.Acknowledged, first.Ask(OptionCode.StructuredReply).Reply);
        using var second = new WireClient(server.SocketPath);
        Assert.True(second.IsClosed());
    }

    [Fact]
    public async Task A_client_that_does_not_choose_is_dropped_in_time()
    {
        var time = new CountedSeconds();
        await using var server = new TestServer(new() { Time = time, HandshakeTimeMax = TimeSpan.FromSeconds(3) });
        using var silent = new WireClient(server.SocketPath);
        silent.Receive(18);
        time.Pass(5);
        Assert.True(silent.IsClosed());
        Assert.Equal("The client took too long to choose an export.", server.NextEnd().Reason);
    }
}
