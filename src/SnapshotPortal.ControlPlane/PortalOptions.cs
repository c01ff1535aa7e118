using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Quotas;
using SnapshotPortal.ControlPlane.Snapshots;

namespace SnapshotPortal.ControlPlane;

/// <summary>The section <c>Portal</c> of the configuration, validated.</summary>
public sealed partial record PortalOptions
{
    /// <summary>The directory that holds everything: databases, pools, repositories, keys. Absolute.</summary>
    public required string DataPath { get; init; }

    /// <summary>The regions, in the order of the configuration.</summary>
    public required IReadOnlyList<RegionOptions> Regions { get; init; }

    /// <summary>What is made at the first start, for unattended installs.</summary>
    public required BootstrapOptions Bootstrap { get; init; }

    /// <summary>Users that exist for demonstration; only the Development environment takes them.</summary>
    public required IReadOnlyList<DemoUserOptions> DemoUsers { get; init; }

    /// <summary>What prices and costs are in.</summary>
    public required string Currency { get; init; }

    /// <summary>The limits that hold for accounts without limits of their own (SPEC P11).</summary>
    public required IReadOnlyDictionary<QuotaKind, int> Quotas { get; init; }

    /// <summary>The time zone of policies that are made without one (SPEC P17); an IANA id.</summary>
    public required string PolicyTimeZone { get; init; }

    /// <summary>How fast new disks are filled from snapshots, all together; 0: as fast as it goes.</summary>
    public required long HydrationBytesPerSecond { get; init; }

    /// <summary>How much uploads of snapshots may add to repositories in a second, all together; 0: as fast as it goes.</summary>
    public required long UploadBytesPerSecond { get; init; }

    /// <summary>How fast a scrub reads a pool; 0: as fast as it goes.</summary>
    public required long ScrubBytesPerSecond { get; init; }

    /// <summary>The share of what an upload has stored that is read back before its snapshot counts as accomplished: 1 for all.</summary>
    public required double ReadBackShare { get; init; }

    /// <summary>Whether disks are held to what their category and performance level may do.</summary>
    public required bool LimitsDisks { get; init; }

    /// <summary>The file of the key-encryption keys, absolute; null where <see cref="Keys"/> holds them or there are none.</summary>
    public required string? KeyFile { get; init; }

    /// <summary>The key-encryption keys themselves, as a key file has them.</summary>
    public required string? Keys { get; init; }

    /// <summary>Reads and checks the configuration; throws <see cref="PortalStartException"/> naming the key, what is wrong and what is allowed.</summary>
    public static PortalOptions Read(IConfiguration configuration, string contentRoot)
    {
        var portal = configuration.GetSection("Portal");
        var dataPath = portal["DataPath"] ?? "data";
        if (NotEmpty(portal["Encryption:KeyFile"]) is not null && NotEmpty(portal["Encryption:Keys"]) is not null) throw Wrong("Portal:Encryption:Keys", "is given beside Portal:Encryption:KeyFile", "one of the two");
        if (string.IsNullOrWhiteSpace(dataPath)) throw Wrong("Portal:DataPath", "is empty", "the path of a directory, absolute or relative to the content root");
        dataPath = Path.GetFullPath(dataPath, contentRoot);
        return new()
        {
            DataPath = dataPath,
            Exports = ReadExports(portal.GetSection("Nbd"), dataPath, contentRoot),
            Regions = ReadRegions(portal.GetSection("Regions"), contentRoot),
            Bootstrap = ReadBootstrap(portal.GetSection("Bootstrap")),
            DemoUsers = [.. portal.GetSection("Demo:Users").GetChildren().Select(ReadDemoUser)],
            Currency = NotEmpty(portal["Currency"]) ?? "USD",
            Quotas = Enum.GetValues<QuotaKind>().ToDictionary(kind => kind, kind => ReadNumber(portal, $"Quotas:{kind}", QuotaDefaults.Of(kind), 1, QuotaDefaults.LimitMax)),
            PolicyTimeZone = ReadTimeZone(portal, "Policies:TimeZone") ?? "Asia/Shanghai",
            HydrationBytesPerSecond = (long)ReadNumber(portal, "Rates:HydrationMiBPerSecond", 0, 0, 1 << 20) << 20,
            UploadBytesPerSecond = (long)ReadNumber(portal, "Rates:UploadMiBPerSecond", 0, 0, 1 << 20) << 20,
            ScrubBytesPerSecond = (long)ReadNumber(portal, "Rates:ScrubMiBPerSecond", 0, 0, 1 << 20) << 20,
            ReadBackShare = ReadNumber(portal, "Rates:ReadBackPercent", 100, 0, 100) / 100.0,
            KeyFile = NotEmpty(portal["Encryption:KeyFile"]) is { } file ? Path.GetFullPath(file, contentRoot) : null,
            Keys = NotEmpty(portal["Encryption:Keys"]),
            LimitsDisks = ReadSwitch(portal, "Disks:Limits", byDefault: true),
        };
    }

    private static IReadOnlyList<RegionOptions> ReadRegions(IConfigurationSection section, string contentRoot)
    {
        var regions = section.GetChildren().Select(region => ReadRegion(region, contentRoot)).ToList();
        if (regions.Count == 0) return [new("local-1", "Local 1", ["local-1a", "local-1b"]), new("local-2", "Local 2", ["local-2a"])];
        RefuseTwice(section, regions.Select(region => region.RegionId));
        RefuseTwice(section, regions.SelectMany(region => region.Zones));
        return regions;
    }

    private static RegionOptions ReadRegion(IConfigurationSection section, string contentRoot)
    {
        const string allowed = "3–32 lower-case letters, digits and '-', beginning with a letter";
        var id = section["RegionId"] ?? "";
        if (!PlaceId().IsMatch(id)) throw Wrong($"{section.Path}:RegionId", $"is '{id}'", allowed);
        var zones = section.GetSection("Zones").GetChildren().ToList();
        if (zones.Count == 0) throw Wrong($"{section.Path}:Zones", "is empty", "a list of at least one zone id");
        foreach (var zone in zones)
        {
            if (!PlaceId().IsMatch(zone.Value ?? "") || !zone.Value!.StartsWith(id, StringComparison.Ordinal) || zone.Value.Length == id.Length)
                throw Wrong(zone.Path, $"is '{zone.Value}'", $"the region id '{id}' followed by a letter or '-' and more ({allowed})");
        }

        return new(id, section["LocalName"] is { Length: > 0 } name ? name : id, [.. zones.Select(zone => zone.Value!)]) { Repository = ReadPlace(section.GetSection("Repository"), contentRoot) };
    }

    /// <summary>Null where nothing is configured: a directory in the data path.</summary>
    private static RepositoryPlace? ReadPlace(IConfigurationSection section, string contentRoot)
    {
        if (!section.Exists()) return null;
        var (directory, bucket) = (NotEmpty(section["Directory"]), NotEmpty(section["Bucket"]));
        if (directory is null == bucket is null) throw Wrong($"{section.Path}:Bucket", directory is null ? "is missing" : "is given beside Directory", "a Bucket or a Directory");
        if (directory is not null) return new(Path.GetFullPath(directory, contentRoot), null);
        var (key, secret) = (NotEmpty(section["AccessKeyId"]), NotEmpty(section["SecretAccessKey"]));
        if (key is null != secret is null) throw Wrong($"{section.Path}:{(key is null ? "AccessKeyId" : "SecretAccessKey")}", "is missing", "both, or neither to take the credentials of the environment");
        var endpoint = NotEmpty(section["Endpoint"]);
        if (endpoint is not null && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var url) && url.Scheme is "http" or "https")) throw Wrong($"{section.Path}:Endpoint", $"is '{endpoint}'", "the http or https address of the server, or nothing for Amazon's own");
        return new(null, new()
        {
            Bucket = bucket!,
            Prefix = NotEmpty(section["Prefix"])?.Trim('/') is { Length: > 0 } prefix ? prefix + "/" : "",
            Endpoint = endpoint is null ? null : new(endpoint),
            Region = NotEmpty(section["Region"]) ?? "us-east-1",
            IsPathStyle = ReadSwitch(section, "PathStyle", byDefault: endpoint is not null),
            AccessKey = key,
            SecretKey = secret,
        });
    }

    private static BootstrapOptions ReadBootstrap(IConfigurationSection section)
    {
        var (email, password) = Pair("AdminEmail", "AdminPassword");
        if (email is not null && !EmailAddress.IsValid(email)) throw Wrong($"{section.Path}:AdminEmail", $"is '{email}'", "an e-mail address");
        if (password is { Length: < Passwords.LengthMin }) throw Wrong($"{section.Path}:AdminPassword", "is too short", $"at least {Passwords.LengthMin} characters");
        var (keyId, secret) = Pair("AccessKeyId", "AccessKeySecret");
        if (keyId is not null && !KeyId().IsMatch(keyId)) throw Wrong($"{section.Path}:AccessKeyId", $"is '{keyId}'", "16–128 letters, digits, '.', '_' and '-'");
        if (keyId is not null && email is null) throw Wrong($"{section.Path}:AdminEmail", "is missing", "the administrator whom AccessKeyId belongs to");
        if (secret is { Length: < 16 }) throw Wrong($"{section.Path}:AccessKeySecret", "is too short", "at least 16 characters");
        return new(email, password, keyId, secret);

        (string? One, string? Other) Pair(string one, string other)
        {
            var pair = (One: NotEmpty(section[one]), Other: NotEmpty(section[other]));
            if (pair.One is null != pair.Other is null)
                throw Wrong($"{section.Path}:{(pair.One is null ? one : other)}", "is missing", $"a value, because {(pair.One is null ? other : one)} has one; or neither");
            return pair;
        }
    }

    private static DemoUserOptions ReadDemoUser(IConfigurationSection section)
    {
        var email = section["Email"] ?? "";
        if (!EmailAddress.IsValid(email)) throw Wrong($"{section.Path}:Email", $"is '{email}'", "an e-mail address");
        var password = section["Password"] ?? "";
        if (password.Length < Passwords.LengthMin) throw Wrong($"{section.Path}:Password", "is too short", $"at least {Passwords.LengthMin} characters");
        if (!Enum.TryParse<AccountRole>(section["Role"] ?? nameof(AccountRole.Viewer), out var role) || role == AccountRole.None || !Enum.IsDefined(role))
            throw Wrong($"{section.Path}:Role", $"is '{section["Role"]}'", "Owner, Operator or Viewer");
        if (!bool.TryParse(section["IsAdministrator"] ?? "false", out var administrator))
            throw Wrong($"{section.Path}:IsAdministrator", $"is '{section["IsAdministrator"]}'", "true or false");
        return new(email, password, role, administrator);
    }

    private static string? ReadTimeZone(IConfigurationSection section, string key)
    {
        if (NotEmpty(section[key]) is not { } id) return null;
        return TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) && zone.HasIanaId
            ? zone.Id
            : throw Wrong($"{section.Path}:{key}", $"is '{id}'", "an IANA time zone that the system knows, as Europe/Berlin or UTC");
    }

    private static int ReadNumber(IConfigurationSection section, string key, int byDefault, int min, int max)
    {
        if (NotEmpty(section[key]) is not { } text) return byDefault;
        return int.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw Wrong($"{section.Path}:{key}", $"is '{text}'", $"a whole number from {min} to {max}");
    }

    private static bool ReadSwitch(IConfigurationSection section, string key, bool byDefault)
    {
        if (NotEmpty(section[key]) is not { } text) return byDefault;
        return bool.TryParse(text, out var on) ? on : throw Wrong($"{section.Path}:{key}", $"is '{text}'", "true or false");
    }

    private static void RefuseTwice(IConfigurationSection section, IEnumerable<string> ids)
    {
        if (ids.GroupBy(id => id, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw Wrong(section.Path, $"names '{twice.Key}' twice", "each region and zone once");
    }

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static PortalStartException Wrong(string key, string problem, string allowed)
        => new($"The configuration is wrong: {key} {problem}. Allowed: {allowed}. (As an environment variable: {key.Replace(":", "__", StringComparison.Ordinal)})");

    [GeneratedRegex(@"^[a-z][a-z0-9-]{2,31}\z", RegexOptions.None, 1000)]
    private static partial Regex PlaceId();

    [GeneratedRegex(@"^[A-Za-z0-9._-]{16,128}\z", RegexOptions.None, 1000)]
    private static partial Regex KeyId();
}

/// <summary>A region and its zones.</summary>
public sealed record RegionOptions(string RegionId, string LocalName, IReadOnlyList<string> Zones)
{
    /// <summary>Where its repository is; null: in the data path.</summary>
    public RepositoryPlace? Repository { get; init; }
}

/// <summary>The administrator and the access key that are made at the first start; each pair is complete or absent.</summary>
public sealed record BootstrapOptions(string? AdminEmail, string? AdminPassword, string? AccessKeyId, string? AccessKeySecret);

/// <summary>A demonstration user and the role in the first account.</summary>
public sealed record DemoUserOptions(string Email, string Password, AccountRole Role, bool IsAdministrator);
