using System.Buffers;
using System.Text.Json;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.Api.Answers;

/// <summary>Writes a refusal in the envelope that SDKs read (SPEC 6.8), as JSON.</summary>
internal static class ErrorWriter
{
    public static byte[] Write(OperationError error, string requestId, string hostId)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("RequestId", requestId);
        json.WriteString("HostId", hostId);
        json.WriteString("Code", error.Code);
        json.WriteString("Message", error.Message);
        json.WriteString("Recommend", error.Advice);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
