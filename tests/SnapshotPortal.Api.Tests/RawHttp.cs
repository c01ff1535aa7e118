using System.Net.Sockets;
using System.Text;

namespace SnapshotPortal.Api.Tests;

/// <summary>Sends bytes as they are: an HTTP client would write an address in its own way.</summary>
internal static class RawHttp
{
    /// <summary>Status and body of the answer to a request that closes its connection.</summary>
    public static async Task<(int Status, string Head, string Body)> SendAsync(Uri address, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer).WaitAsync(TimeSpan.FromSeconds(30));
        var parts = Encoding.UTF8.GetString(buffer.ToArray()).Split("\r\n\r\n", 2);
        return (int.Parse(parts[0].Split(' ')[1]), parts[0], parts[1]);
    }
}
