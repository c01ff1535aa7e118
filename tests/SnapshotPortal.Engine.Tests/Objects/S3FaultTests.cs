using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using SnapshotPortal.Engine.Objects;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Objects;

/// <summary>A server that misbehaves as servers do, byte by byte: what the client makes of it, and what a retry mends.</summary>
public sealed class S3FaultTests : IDisposable
{
    private const string Busy = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
    private const string Hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Queue<string> answers = new();
    private readonly CancellationTokenSource end = new();
    private readonly Task serving;
    private readonly S3ObjectStore store;

    public S3FaultTests()
    {
        listener.Start();
        serving = ServeAsync();
        store = new S3ObjectStore(new S3Options
        {
            Bucket = "b",
            Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}"),
            IsPathStyle = true,
            AccessKey = "k",
            SecretKey = "s",
            Timeout = TimeSpan.FromMilliseconds(300),
        });
    }

    [Theory]
    [InlineData(Busy)]
    [InlineData("HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")]
    [InlineData("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhel")]     // truncated
    [InlineData("")]                                                                          // hung up
    [InlineData("...")]                                                                       // silent for good
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe...")]                         // stuck in its body
    public async Task What_a_retry_may_mend_is_unavailable_and_mended(string answer)
    {
        answers.Enqueue(answer);
        var thrown = await Assert.ThrowsAsync<EngineException>(() => store.GetAsync("a", CancellationToken.None));
        answers.Enqueue(answer);
        answers.Enqueue(Hello);
        var retrying = new RetryingObjectStore(store, new RetryOptions(), new SteppedTime(), new Random(1));

        Assert.Equal(EngineFault.StoreUnavailable, thrown.Fault);
        Assert.Equal("hello"u8.ToArray(), await retrying.GetAsync("a", CancellationToken.None));
        Assert.Empty(answers);
    }

    [Theory]
    [InlineData("400 Bad Request")]
    [InlineData("403 Forbidden")]
    public async Task A_refusal_is_not_asked_again(string status)
    {
        answers.Enqueue($"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        var retrying = new RetryingObjectStore(store, new RetryOptions(), new SteppedTime(), new Random(1));

        var thrown = await Assert.ThrowsAsync<EngineException>(() => retrying.GetAsync("a", CancellationToken.None));

        Assert.Equal(EngineFault.Io, thrown.Fault);
    }

    public void Dispose()
    {
        end.Cancel();
        listener.Stop();
        serving.Wait();
        store.Dispose();
        end.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true) await AnswerAsync(await listener.AcceptTcpClientAsync(end.Token));
        }
        catch (OperationCanceledException) { }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using var connection = client;
        var stream = connection.GetStream();
        var request = new byte[16384];
        var length = 0;
        while (!request.AsSpan(0, length).EndsWith("\r\n\r\n"u8)) length += await stream.ReadAsync(request.AsMemory(length), end.Token);
        if (!answers.TryDequeue(out var answer)) return;
        await stream.WriteAsync(Encoding.ASCII.GetBytes(answer.Replace("...", "", StringComparison.Ordinal)), end.Token);
        // Three dots: nothing more comes until the client has had enough.
        while (answer.EndsWith("...", StringComparison.Ordinal) && await stream.ReadAsync(request, end.Token) > 0) { }
    }
}
