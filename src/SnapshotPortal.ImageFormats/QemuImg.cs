using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SnapshotPortal.ImageFormats;

/// <summary>
/// QEMU's image tool as a confined child: no network where the system allows a namespace without one, bounded memory, no core
/// files, and an end once it has not got on for some minutes. It gets formats said, never guesses them.
/// </summary>
public static partial class QemuImg
{
    private const string Program = "qemu-img";
    private const long MemoryBytesMax = 4L << 30;
    private const int OutputCharsMax = 64 * 1024;
    private static readonly TimeSpan StallMax = TimeSpan.FromMinutes(5);
    private static readonly Lazy<IReadOnlyList<string>> Confinement = new(FindConfinement);

    /// <summary>Whether it is on the path.</summary>
    public static bool IsInstalled { get; } = FindOnPath(Program) is not null;

    /// <summary>The size of an image's disk in bytes.</summary>
    internal static async Task<long> VirtualSizeAsync(string path, ImageFormat format, CancellationToken cancel)
    {
        var output = await RunAsync(["info", "--output=json", "-f", format.QemuName!, path], _ => { }, cancel);
        using var document = JsonDocument.Parse(output);
        if (document.RootElement.TryGetProperty("backing-filename", out _)) throw new ImageException(ImageFault.Refused, "The file needs another image, its backing file. Make one image of both first.");
        return document.RootElement.GetProperty("virtual-size").GetInt64();
    }

    /// <summary>Copies one image to another; tells how far it is, from 0 to 100.</summary>
    internal static Task ConvertAsync(string from, string fromFormat, string to, string toFormat, bool exists, IReadOnlyList<string> options, Action<double> progress, CancellationToken cancel) =>
        RunAsync(["convert", "-p", "-f", fromFormat, "-O", toFormat, .. exists ? (string[])["-n"] : [], .. options, from, to], line =>
        {
            if (Percent().Match(line) is { Success: true } match) progress(double.Parse(match.Groups["percent"].ValueSpan, CultureInfo.InvariantCulture));
        }, cancel);

    private static async Task<string> RunAsync(IReadOnlyList<string> arguments, Action<string> told, CancellationToken cancel)
    {
        if (!IsInstalled) throw new ImageException(ImageFault.ToolMissing, "qemu-img is not installed on the server, so only raw images can be used. An administrator can install it (Debian: apt-get install qemu-utils).");
        string[] command = [.. Confinement.Value, Program, .. arguments];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        stop.CancelAfter(StallMax);
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false })!;
        process.StandardInput.Close();
        try
        {
            var errors = ReadAsync(process.StandardError, _ => { }, stop.Token);
            var output = await ReadAsync(process.StandardOutput, line =>
            {
                stop.CancelAfter(StallMax);
                told(line);
            }, stop.Token);
            var error = await errors;
            await process.WaitForExitAsync(stop.Token);
            return process.ExitCode == 0 ? output : throw new ImageException(ImageFault.Failed, $"qemu-img could not work on the image: {Reason(error)}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ImageException(ImageFault.Failed, $"qemu-img did not get on for {StallMax.TotalMinutes.ToString(CultureInfo.InvariantCulture)} minutes and was ended.");
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Everything that is written, line by line (a progress line ends with a carriage return), and the beginning of it as one text.</summary>
    private static async Task<string> ReadAsync(StreamReader reader, Action<string> told, CancellationToken cancel)
    {
        var (all, line, buffer) = (new StringBuilder(), new StringBuilder(), new char[1024]);
        while (await reader.ReadAsync(buffer, cancel) is > 0 and var count)
        {
            if (all.Length < OutputCharsMax) all.Append(buffer, 0, count);
            foreach (var character in buffer.AsSpan(0, count))
            {
                if (character is '\r' or '\n')
                {
                    told(line.ToString());
                    line.Clear();
                }
                else if (line.Length < 1024) line.Append(character);
            }
        }
        return all.ToString();
    }

    /// <summary>The last line of what it complained about, without the names of files.</summary>
    private static string Reason(string error)
    {
        var last = error.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault() ?? "it gave no reason.";
        return Quoted().Replace(last.Replace("qemu-img: ", "", StringComparison.Ordinal), "the image");
    }

    private static IReadOnlyList<string> FindConfinement()
    {
        string[] bounds = FindOnPath("prlimit") is null ? [] : ["prlimit", string.Create(CultureInfo.InvariantCulture, $"--as={MemoryBytesMax}"), "--core=0", "--"];
        string[][] namespaces = [["unshare", "--net", "--"], ["unshare", "--user", "--map-current-user", "--net", "--"]];
        return [.. FindOnPath("unshare") is null ? [] : namespaces.FirstOrDefault(Works) ?? [], .. bounds];
    }

    private static bool Works(string[] prefix)
    {
        using var process = Process.Start(new ProcessStartInfo(prefix[0], [.. prefix[1..], "true"]) { RedirectStandardError = true, UseShellExecute = false })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    private static string? FindOnPath(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(directory => Path.Combine(directory, program)).FirstOrDefault(File.Exists);

    [GeneratedRegex(@"\((?<percent>[0-9.]+)/100%\)", RegexOptions.None, 1000)]
    private static partial Regex Percent();

    [GeneratedRegex("'[^']*'", RegexOptions.None, 1000)]
    private static partial Regex Quoted();
}
