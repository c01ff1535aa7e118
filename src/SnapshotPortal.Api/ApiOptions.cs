using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using SnapshotPortal.ControlPlane;

namespace SnapshotPortal.Api;

/// <summary>The section <c>Portal:Api</c> of the configuration, validated.</summary>
public sealed record ApiOptions
{
    /// <summary>Where the API listens by itself, beside the portal's own address; null: there only.</summary>
    public required string? Url { get; init; }

    /// <summary>The port of <see cref="Url"/>: whatever comes there is for the API.</summary>
    public required int? Port { get; init; }

    /// <summary>How many requests a second each access key may send, over time.</summary>
    public required int KeyRequestsPerSecond { get; init; }

    /// <summary>The same of each address, right signatures or not.</summary>
    public required int AddressRequestsPerSecond { get; init; }

    /// <summary>Reads and checks the configuration; throws <see cref="PortalStartException"/>.</summary>
    public static ApiOptions Read(IConfiguration configuration)
    {
        var section = configuration.GetSection("Portal:Api");
        var url = string.IsNullOrWhiteSpace(section["Url"]) ? null : section["Url"];
        return new()
        {
            Url = url,
            Port = url is null ? null : PortOf(url),
            KeyRequestsPerSecond = ReadNumber(section, nameof(KeyRequestsPerSecond), 200),
            AddressRequestsPerSecond = ReadNumber(section, nameof(AddressRequestsPerSecond), 1000),
        };
    }

    private static int PortOf(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            if (address.Scheme is "http" or "https" && address.PathBase.Length == 0 && address.Port > 0) return address.Port;
        }
        catch (FormatException)
        {
            // told below
        }

        throw Wrong("Portal:Api:Url", $"is '{url}'", "an address such as http://*:8080, without a path");
    }

    private static int ReadNumber(IConfigurationSection section, string key, int byDefault)
    {
        if (section[key] is not { Length: > 0 } text) return byDefault;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 1_000_000
            ? number
            : throw Wrong($"Portal:Api:{key}", $"is '{text}'", "a whole number from 1 to 1000000");
    }

    private static PortalStartException Wrong(string key, string problem, string allowed)
        => new($"The configuration is wrong: {key} {problem}. Allowed: {allowed}. (As an environment variable: {key.Replace(":", "__", StringComparison.Ordinal)})");
}
