using System.Text;
using System.Text.Json;
using System.Xml;

namespace SnapshotPortal.Api.Answers;

/// <summary>The XML form of an answer, made from the JSON form: a member is an element, each item of an array one of the array's name.</summary>
internal static class XmlAnswer
{
    public static byte[] Write(string root, ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        using var buffer = new MemoryStream();
        using (var xml = XmlWriter.Create(buffer, new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) }))
        {
            WriteElement(xml, root, document.RootElement);
        }

        return buffer.ToArray();
    }

    private static void WriteElement(XmlWriter xml, string name, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray()) WriteElement(xml, name, item);
            return;
        }

        xml.WriteStartElement(name);
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject()) WriteElement(xml, member.Name, member.Value);
        }
        else
        {
            xml.WriteString(Writable(value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetRawText() : value.ToString()));
        }

        xml.WriteEndElement();
    }

    /// <summary>XML has no way to write most control characters, which a description may hold.</summary>
    private static string Writable(string text)
        => text.All(each => XmlConvert.IsXmlChar(each) || char.IsSurrogate(each)) ? text : string.Concat(text.Select(each => XmlConvert.IsXmlChar(each) || char.IsSurrogate(each) ? each : '\uFFFD'));
}
