namespace SnapshotPortal.Tool.Tests;

public sealed class HelpTests : IDisposable
{
    private readonly Snapctl snapctl = new();

    public static TheoryData<string> Commands => ["", "list", "verify", "restore", "backup", "copy", "delete", "prune", "pool", "pool check", "pool repair"];

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task The_documentation_holds_the_help_word_by_word(string command)
    {
        var help = (await snapctl.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])).Ended(0).Text.Trim();
        help = string.Join('\n', help.Split('\n').Select(line => line.TrimEnd()));
        var documentation = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "snapctl.md"));
        Assert.True(documentation.Contains(help, StringComparison.Ordinal), $"docs/snapctl.md lacks this help (./dev docs writes it):\n{help}");
    }

    [Fact]
    public async Task Every_exit_code_is_documented()
    {
        var documentation = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "snapctl.md"));
        Assert.All(Enum.GetValues<ExitCode>(), code => Assert.Contains($"| {(int)code} |", documentation, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("restore only-one")]
    [InlineData("verify place --share 3")]
    [InlineData("unknown")]
    [InlineData("")]
    public async Task Wrong_usage_is_told_and_has_its_exit_code(string command) =>
        Assert.NotEmpty((await snapctl.RunAsync(command.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Ended(2).Errors);

    public void Dispose() => snapctl.Dispose();
}
