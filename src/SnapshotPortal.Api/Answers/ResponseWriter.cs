using System.Buffers;
using System.Collections;
using System.Globalization;
using System.Text.Json;
using SnapshotPortal.Api.Contract;

namespace SnapshotPortal.Api.Answers;

/// <summary>Writes the result of an operation as the contract nests it (SPEC 6.8), as JSON.</summary>
internal static class ResponseWriter
{
    /// <summary>The answer of an action that succeeded.</summary>
    public static byte[] Write(EcsAction action, object result, string requestId)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("RequestId", requestId);
        WriteMembers(json, action.Answer, result);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What has no value is left out: SDKs take null for something else.</summary>
    private static void WriteMembers(Utf8JsonWriter json, EcsAnswer answer, object record)
    {
        foreach (var member in AnswerPlan.Of(record.GetType(), answer).Members)
        {
            if (member.Property.GetValue(record) is not { } value) continue;
            json.WritePropertyName(member.Name);
            WriteValue(json, member.Answer, value);
        }
    }

    private static void WriteValue(Utf8JsonWriter json, EcsAnswer answer, object value)
    {
        switch (answer.Kind)
        {
            case EcsAnswerKind.Text:
                json.WriteStringValue(Text(value));
                break;
            case EcsAnswerKind.Number:
                if (value is double fraction) json.WriteNumberValue(fraction);
                else json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case EcsAnswerKind.Boolean:
                json.WriteBooleanValue((bool)value);
                break;
            case EcsAnswerKind.Array:
                WriteArray(json, answer.Item!, (IEnumerable)value);
                break;
            default:
                json.WriteStartObject();
                if (value is IEnumerable items && answer.Wrapped is var (name, item))
                {
                    json.WritePropertyName(name);
                    WriteArray(json, item, items);
                }
                else
                {
                    WriteMembers(json, answer, value);
                }

                json.WriteEndObject();
                break;
        }
    }

    private static void WriteArray(Utf8JsonWriter json, EcsAnswer item, IEnumerable items)
    {
        json.WriteStartArray();
        foreach (var each in items)
        {
            if (item.Kind != EcsAnswerKind.Structure)
            {
                WriteValue(json, item, each);
                continue;
            }

            json.WriteStartObject();
            WriteMembers(json, item, each);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Text(object value) => value switch
    {
        string text => text,
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
