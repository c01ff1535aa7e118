using System.Buffers.Binary;
using SnapshotPortal.Engine;
using SnapshotPortal.Nbd.Tests.Harness;
using SnapshotPortal.Nbd.Wire;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Nbd.Tests.Transmission;

public sealed class TransmissionTests
{
    private static byte[] Pattern(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static byte[] OnDevice(TestServer server, long offset, int length)
    {
        var bytes = new byte[length];
        server.Device.Read(offset, bytes);
        return bytes;
    }

    [Theory]
    [InlineData(0, 4096)]
    [InlineData(512, 512)]
    [InlineData(4095, 2)]
    [InlineData(1000, 300_000)]
    [InlineData(0, 32 << 20)]
    [InlineData((64 << 20) - 1, 1)]
    public async Task What_was_written_is_read(int offset, int length)
    {
        await using var server = new TestServer();
        using var client = server.Attach();
        var content = Pattern(length);
        Assert.Equal(NbdErrno.None, client.Run(WireClient.Write((ulong)offset, content)));
        Assert.Equal(content, client.Read((ulong)offset, (uint)length));
        Assert.Equal(content, OnDevice(server, offset, length));
    }

    [Fact]
    public async Task A_client_without_structured_replies_reads_in_simple_ones()
    {
        await using var server = new TestServer();
        using var client = server.Attach(hasStructuredReplies: false);
        var content = Pattern(4096);
        client.Send(WireClient.Write(8192, content, cookie: 7));
        Assert.Equal((NbdErrno.None, 7ul), client.ReceiveSimple());
        client.Send(WireClient.Request(Command.Read, 8192, 4096, cookie: 8));
        Assert.Equal((NbdErrno.None, 8ul), client.ReceiveSimple());
        Assert.Equal(content, client.Receive(4096));
        client.Send(WireClient.Request(Command.Read, ulong.MaxValue, 4096, cookie: 9));
        Assert.Equal((NbdErrno.Invalid, 9ul), client.ReceiveSimple());
    }

    [Fact]
    public async Task Many_requests_in_one_send_are_each_answered_once()
    {
        await using var server = new TestServer();
        using var client = server.Attach();
        var requests = Enumerable.Range(0, 500).Select(i => (i % 5) switch
        {
            0 => WireClient.Request(Command.Flush, 0, 0, (ulong)i),
            1 => WireClient.Request(Command.WriteZeroes, (ulong)i * 4096, 4096, (ulong)i),
            2 => WireClient.Write((ulong)i * 4096, Pattern(4096, i), (ulong)i, CommandFlags.Fua),
            _ => WireClient.Write((ulong)i * 4096, Pattern(4096, i), (ulong)i),
        }).ToArray();
        client.Send(requests);
        var answered = requests.Select(_ => client.ReceiveResult()).ToArray();
        Assert.All(answered, answer => Assert.Equal(NbdErrno.None, answer.Error));
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (ulong)i), answered.Select(answer => answer.Cookie).Order());
        Assert.All(Enumerable.Range(0, 500).Where(i => i % 5 > 1), i => Assert.Equal(Pattern(4096, i), OnDevice(server, i * 4096, 4096)));
    }

    [Fact]
    public async Task A_request_that_comes_byte_by_byte_is_carried_out()
    {
        await using var server = new TestServer();
        using var client = server.Attach();
        foreach (var part in WireClient.Write(0, Pattern(100))) client.Send([part]);
        Assert.Equal(NbdErrno.None, client.ReceiveResult().Error);
        Assert.Equal(Pattern(100), OnDevice(server, 0, 100));
    }

    [Theory]
    [InlineData(Command.WriteZeroes, CommandFlags.None)]
    [InlineData(Command.WriteZeroes, CommandFlags.FastZero | CommandFlags.NoHole | CommandFlags.Fua)]
    [InlineData(Command.Trim, CommandFlags.None)]
    [InlineData(Command.Trim, CommandFlags.Fua)]
    public async Task Zeroed_and_trimmed_ranges_read_as_zeroes(object command, object flags)
    {
        await using var server = new TestServer();
        using var client = server.Attach();
        client.Run(WireClient.Write(0, Pattern(3 * 4096)));
        Assert.Equal(NbdErrno.None, client.Run(WireClient.Request((Command)command, 100, 8192, flags: (CommandFlags)flags)));
        Assert.Equal([.. Pattern(3 * 4096).AsSpan(0, 100), .. new byte[8192], .. Pattern(3 * 4096).AsSpan(8292)], client.Read(0, 3 * 4096));
    }

    [Fact]
    public async Task Zeroing_more_than_a_write_may_have_is_one_request()
    {
        await using var server = new TestServer(device: new MemoryBlockDevice(8L << 30));
        using var client = server.Attach(contexts: "base:allocation");
        Assert.Equal(NbdErrno.None, client.Run(WireClient.Request(Command.Cache, 0, 40 << 20)));
        Assert.Equal(NbdErrno.None, client.Run(WireClient.Request(Command.Trim, 4096, 64 << 20)));
    }

    [Theory]
    [InlineData(Command.Read, 64 << 20, 1, NbdErrno.Invalid)]
    [InlineData(Command.Read, (64 << 20) - 1, 2, NbdErrno.Invalid)]
    [InlineData(Command.Read, -1, 2, NbdErrno.Invalid)]
    [InlineData(Command.Read, 0, (32 << 20) + 1, NbdErrno.Overflow)]
    [InlineData(Command.WriteZeroes, 64 << 20, 1, NbdErrno.NoSpace)]
    [InlineData(Command.WriteZeroes, -4096, 4097, NbdErrno.NoSpace)]
    [InlineData(Command.Trim, 64 << 20, 4096, NbdErrno.Invalid)]
    [InlineData(Command.Cache, 64 << 20, 4096, NbdErrno.Invalid)]
    [InlineData(Command.BlockStatus, 0, 4096, NbdErrno.Invalid)]
    [InlineData((Command)99, 0, 0, NbdErrno.Invalid)]
    public async Task A_range_outside_or_a_command_that_was_not_offered_is_refused(object command, long offset, uint length, object error)
    {
        await using var server = new TestServer();
        using var client = server.Attach();
        Assert.Equal(error, client.Run(WireClient.Request((Command)command, (ulong)offset, length)));
        Assert.Equal(NbdErrno.None, client.Run(WireClient.Request(Command.Flush, 0, 0)));
    }

    [Fact]
    public async Task A_write_outside_is_refused_and_its_bytes_skipped()
    {
        await using var server = new TestServer();
        using var client = server.Attach();
        client.Send(WireClient.Write((64 << 20) - 10, Pattern(100), cookie: 1), WireClient.Write(0, Pattern(100), cookie: 2));
        Assert.Equal((NbdErrno.NoSpace, 1ul), client.ReceiveResult());
        Assert.Equal((NbdErrno.None, 2ul), client.ReceiveResult());
    }

    [Theory]
    [InlineData(Command.Read, CommandFlags.NoHole)]
    [InlineData(Command.Read, (CommandFlags)(1 << 15))]
    [InlineData(Command.WriteZeroes, CommandFlags.Df)]
    [InlineData(Command.Flush, CommandFlags.ReqOne)]
    [InlineData(Command.Trim, CommandFlags.FastZero)]
    public async Task Flags_that_do_not_belong_to_a_command_are_refused(object command, object flags)
    {
        await using var server = new TestServer();
        using var client = server.Attach();
        Assert.Equal(NbdErrno.Invalid, client.Run(WireClient.Request((Command)command, 0, 4096, flags: (CommandFlags)flags)));
    }

    [Fact]
    public async Task Changes_of_a_read_only_export_are_not_permitted()
    {
        await using var server = new TestServer();
        server.Exports[TestServer.ExportName] = new() { Name = TestServer.ExportName, Device = server.Device, IsReadOnly = true };
        using var client = server.Attach();
        Assert.Equal(NbdErrno.NotPermitted, client.Run(WireClient.Write(0, Pattern(100))));
        Assert.Equal(NbdErrno.NotPermitted, client.Run(WireClient.Request(Command.WriteZeroes, 0, 4096)));
        Assert.Equal(NbdErrno.NotPermitted, client.Run(WireClient.Request(Command.Trim, 0, 4096)));
        Assert.Equal(new byte[100], client.Read(0, 100));
    }

    [Fact]
    public async Task Requests_of_no_length_succeed_and_do_nothing()
    {
        await using var server = new TestServer();
        using var client = server.Attach();
        Assert.Equal(NbdErrno.None, client.Run(WireClient.Write(0, [])));
        Assert.Equal(NbdErrno.None, client.Run(WireClient.Request(Command.Trim, 0, 0, flags: CommandFlags.Fua)));
        client.Send(WireClient.Request(Command.Read, 0, 0, cookie: 5));
        Assert.Equal((ReplyType.None, true, 5ul, 0), client.ReceiveChunk() is var (type, isDone, cookie, payload) ? (type, isDone, cookie, payload.Length) : default);
    }

    [Fact]
    public async Task A_read_in_one_piece_comes_in_one_chunk()
    {
        await using var server = new TestServer();
        using var client = server.Attach();
        client.Send(WireClient.Request(Command.Read, 4096, 2 << 20, flags: CommandFlags.Df));
        var (type, isDone, _, payload) = client.ReceiveChunk();
        Assert.Equal((ReplyType.OffsetData, true, 8 + (2 << 20)), (type, isDone, payload.Length));
    }

    [Fact]
    public async Task A_failure_of_the_device_is_the_requests_error_with_a_sentence()
    {
        var device = new MemoryBlockDevice(TestServer.DiskBytes) { BeforeRead = _ => throw new EngineException(EngineFault.Corrupt, "Block 0 is damaged.") };
        await using var server = new TestServer(device: device);
        using var client = server.Attach();
        client.Send(WireClient.Request(Command.Read, 0, 4096, cookie: 3));
        var (type, isDone, cookie, payload) = client.ReceiveChunk();
        Assert.Equal((ReplyType.Error, true, 3ul), (type, isDone, cookie));
        Assert.Equal(NbdErrno.InputOutput, (NbdErrno)BinaryPrimitives.ReadUInt32BigEndian(payload));
        Assert.Equal("Block 0 is damaged.", System.Text.Encoding.UTF8.GetString(payload.AsSpan(6)));
        device.BeforeRead = null;
        Assert.Equal(new byte[4096], client.Read(0, 4096));
    }

    [Theory]
    [InlineData(EngineFault.Full, NbdErrno.NoSpace)]
    [InlineData(EngineFault.ReadOnly, NbdErrno.NotPermitted)]
    [InlineData(EngineFault.KeyUnavailable, NbdErrno.NotPermitted)]
    [InlineData(EngineFault.Missing, NbdErrno.ShuttingDown)]
    [InlineData(EngineFault.Fenced, NbdErrno.InputOutput)]
    [InlineData(EngineFault.StoreUnavailable, NbdErrno.InputOutput)]
    public async Task Each_fault_has_its_errno(EngineFault fault, object error)
    {
        await using var server = new TestServer(device: new MemoryBlockDevice(TestServer.DiskBytes) { BeforeRead = _ => throw new EngineException(fault, "No.") });
        using var client = server.Attach();
        Assert.Equal(error, client.Run(WireClient.Request(Command.Read, 0, 4096)));
    }

    [Fact]
    public async Task An_unexpected_exception_ends_only_its_connection_and_is_told_of()
    {
        await using var server = new TestServer(device: new MemoryBlockDevice(TestServer.DiskBytes) { BeforeRead = _ => throw new InvalidCastException() });
        using var client = server.Attach();
        using var other = server.Attach();
        client.Send(WireClient.Request(Command.Read, 0, 4096));
        Assert.True(client.IsClosed());
        Assert.IsType<InvalidCastException>(server.NextEnd().Bug);
        Assert.Equal(NbdErrno.None, other.Run(WireClient.Request(Command.Flush, 0, 0)));
    }

    [Fact]
    public async Task Block_status_tells_data_and_holes_and_what_changed()
    {
        await using var server = new TestServer();
        server.Device.Write(8192, Pattern(4096));
        server.Exports[TestServer.ExportName] = new() { Name = TestServer.ExportName, Device = server.Device, Changes = [new("s-1", (_, _) => [new Extent(4096, 4096, ExtentKind.Zero), new Extent(8192, 4096, ExtentKind.Data)])] };
        using var client = server.Attach(contexts: ["base:allocation", "x-snapshotportal:changed-since=s-1"]);
        client.Send(WireClient.Request(Command.BlockStatus, 0, 16384));
        Assert.Equal((ReplyType.BlockStatus, false, Words(1, 8192, 3, 4096, 0, 4096, 3)), Chunk());
        Assert.Equal((ReplyType.BlockStatus, true, Words(2, 4096, 0, 8192, 1, 4096, 0)), Chunk());
        client.Send(WireClient.Request(Command.BlockStatus, 0, 16384, flags: CommandFlags.ReqOne));
        Assert.Equal((ReplyType.BlockStatus, false, Words(1, 8192, 3)), Chunk());
        Assert.Equal((ReplyType.BlockStatus, true, Words(2, 4096, 0)), Chunk());

        static string Words(params uint[] words) => Convert.ToHexString([.. words.SelectMany(WireClient.Bytes)]);
        (ReplyType, bool, string) Chunk() => client.ReceiveChunk() is var (type, isDone, _, payload) ? (type, isDone, Convert.ToHexString(payload)) : default;
    }

    [Fact]
    public async Task Block_status_answers_at_most_so_many_extents_at_once()
    {
        var device = new MemoryBlockDevice(TestServer.DiskBytes);
        for (var block = 0; block < 4096; block += 2) device.Write(block * 4096, Pattern(4096));
        await using var server = new TestServer(device: device);
        using var client = server.Attach(contexts: "base:allocation");
        client.Send(WireClient.Request(Command.BlockStatus, 0, 16 << 20));
        Assert.Equal(4 + NbdLimits.ExtentsMax * 8, client.ReceiveChunk().Payload.Length);
    }

    [Fact]
    public async Task Disconnect_answers_what_came_before_it()
    {
        await using var server = new TestServer();
        using var client = server.Attach();
        client.Send(WireClient.Write(0, Pattern(4096), cookie: 1), WireClient.Request(Command.Flush, 0, 0, cookie: 2), WireClient.Request(Command.Disconnect, 0, 0), new byte[1000]);
        Assert.Equal([1ul, 2ul], new[] { client.ReceiveResult().Cookie, client.ReceiveResult().Cookie }.Order());
        Assert.True(client.IsClosed());
        Assert.Equal("The client said goodbye.", server.NextEnd().Reason);
    }

    [Fact]
    public async Task A_client_that_only_stops_sending_still_gets_its_answers()
    {
        await using var server = new TestServer();
        using var client = server.Attach();
        client.Send(WireClient.Write(0, Pattern(4096), flags: CommandFlags.Fua));
        client.EndSending();
        Assert.Equal(NbdErrno.None, client.ReceiveResult().Error);
        Assert.True(client.IsClosed());
    }

    [Fact]
    public async Task A_request_without_its_magic_number_ends_the_connection()
    {
        await using var server = new TestServer();
        using var client = server.Attach();
        client.Send(new byte[28]);
        Assert.True(client.IsClosed());
        Assert.Contains("magic", server.NextEnd().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_larger_than_advertised_ends_the_connection()
    {
        await using var server = new TestServer();
        using var client = server.Attach();
        client.Send(WireClient.Request(Command.Write, 0, (32 << 20) + 1));
        Assert.True(client.IsClosed());
    }

    [Fact]
    public async Task A_client_that_stops_within_a_request_is_dropped_in_time_but_may_rest_between_requests()
    {
        var time = new CountedSeconds();
        await using var server = new TestServer(new() { Time = time, StallTimeMax = TimeSpan.FromSeconds(3) });
        using var client = server.Attach();
        for (var rests = 1; rests <= 3; rests++)
        {
            Assert.Equal(NbdErrno.None, client.Run(WireClient.Request(Command.Flush, 0, 0)));
            // The reply may be here while the server is still sending it.
            while (server.Server.Connections[0].Requests < rests) await Task.Yield();
            time.Pass(1000);
        }
        client.Send(WireClient.Write(0, Pattern(4096))[..100]);
        while (server.Server.Connections.Count > 0) time.Pass(1);
        Assert.True(client.IsClosed());
        Assert.Equal("The client stopped within a request.", server.NextEnd().Reason);
    }

    [Fact]
    public async Task A_client_that_does_not_take_its_replies_is_dropped_in_time()
    {
        var time = new CountedSeconds();
        await using var server = new TestServer(new() { Time = time, StallTimeMax = TimeSpan.FromSeconds(3) });
        using var client = server.Attach();
        client.Run(WireClient.Request(Command.Flush, 0, 0));
        client.Send(WireClient.Request(Command.Read, 0, 32 << 20));
        while (server.Server.Connections.Count > 0) time.Pass(1);
        Assert.Equal("The client does not take its replies.", server.NextEnd().Reason);
    }

    [Fact]
    public async Task Connections_to_one_export_see_each_others_writes_at_once()
    {
        await using var server = new TestServer();
        using var one = server.Attach();
        using var other = server.Attach();
        for (var i = 0; i < 100; i++)
        {
            one.Run(WireClient.Write(0, Pattern(4096, i)));
            Assert.Equal(Pattern(4096, i), other.Read(0, 4096));
        }
    }

    [Fact]
    public async Task Revoking_ends_the_connections_of_that_export_only()
    {
        await using var server = new TestServer();
        server.Exports["other"] = new() { Name = "other", Device = server.Device };
        using var other = server.Connect();
        other.AskAll(OptionCode.Go, WireClient.InfoData("other"));
        using var client = server.Attach();
        server.Exports.TryRemove(TestServer.ExportName, out _);
        await server.Server.RevokeAsync(TestServer.ExportName).WaitAsync(TimeSpan.FromSeconds(1));
        Assert.True(client.IsClosed());
        Assert.Equal("The export was taken away.", server.NextEnd().Reason);
        Assert.Equal(NbdErrno.None, other.Run(WireClient.Request(Command.Flush, 0, 0)));
    }

    [Fact]
    public async Task An_export_that_is_revoked_while_a_client_chooses_it_is_not_served()
    {
        await using var server = new TestServer();
        var asked = 0;
        server.BeforeFind = () =>
        {
            if (++asked == 2) server.Exports.TryRemove(TestServer.ExportName, out _);
        };
        using var client = server.Connect();
        Assert.Equal(OptionReply.RefusedByPolicy, client.Ask(OptionCode.Go, WireClient.InfoData(TestServer.ExportName)).Reply);
        Assert.Null(Assert.Single(server.Server.Connections).ExportName);
    }

    [Fact]
    public async Task Who_is_connected_and_how_much_they_move_is_told()
    {
        await using var server = new TestServer();
        using var client = server.Attach();
        client.Run(WireClient.Write(0, Pattern(4096)));
        client.Read(0, 8192);
        var info = Assert.Single(server.Server.Connections);
        Assert.Equal(($"unix:pid {Environment.ProcessId}", TestServer.ExportName, false), (info.Peer.Address, info.ExportName, info.Peer.IsEncrypted));
        Assert.Equal((28L + 4096 + 28, 2L), (info.BytesReceived, info.Requests));
        Assert.Equal(16L + 28 + 8192, info.BytesSent);
    }

    [Fact]
    public async Task Stopping_ends_all_connections_and_removes_the_socket()
    {
        await using var server = new TestServer();
        using var client = server.Attach();
        await server.Server.DisposeAsync();
        Assert.True(client.IsClosed());
        Assert.False(File.Exists(server.SocketPath));
    }
}
