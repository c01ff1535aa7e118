using System.Reflection;
using System.Text;
using SnapshotPortal.Api.Contract;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.EndToEnd.Tests.Harness;

namespace SnapshotPortal.Api.Tests;

/// <summary>The table of docs/api.md: made from the contract and the records, and kept equal to them. <c>./dev docs</c> writes it.</summary>
public sealed class ApiReferenceTests
{
    private const string Mark = "## Actions\n";

    private static readonly string Document = Path.Combine(Places.RepositoryRoot, "docs", "api.md");

    [Fact]
    public async Task The_document_tells_what_the_portal_does()
    {
        await using var api = await TestApi.StartAsync();
        var written = (await File.ReadAllTextAsync(Document)).ReplaceLineEndings("\n");
        var expected = written[..(written.IndexOf(Mark, StringComparison.Ordinal) + Mark.Length)] + Table(ApiReference.Of(api.Service<OperationRunner>()));
        if (Environment.GetEnvironmentVariable("WRITE_DOCS") == "1") await File.WriteAllTextAsync(Document, written = expected);
        Assert.True(expected == written, "docs/api.md is not what the records say any more: run ./dev docs.");
    }

    private static string Table(IReadOnlyList<ApiReferenceEntry> actions)
    {
        var codes = CodesOfThePortal();
        var tests = TestsByAction();
        var text = new StringBuilder();
        text.Append($"\n{actions.Count(action => action.IsSupported)} of {actions.Count} are supported; the others are known and answer `UnsupportedOperation` (400).\n");
        foreach (var group in actions.GroupBy(action => action.Group))
        {
            text.Append($"\n### {group.Key}\n");
            foreach (var action in group)
            {
                text.Append($"\n**{action.Name}**{(action.IsSupported ? "" : ": not supported yet")}\n");
                if (!action.IsSupported) continue;
                text.Append($"\n- takes {Names(action.Parameters)}\n");
                if (action.Ignored.Count > 0) text.Append($"- accepts without effect {Names(action.Ignored)}\n");
                var own = action.PublishedCodes.Where(codes.Contains).ToList();
                if (own.Count > 0) text.Append($"- refuses with {Names(own)}\n");
                text.Append($"- shown by {Names(tests.GetValueOrDefault(action.Name) ?? ["ContractTests"])}\n");
            }
        }

        return text.ToString();
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"`{name}`"));

    /// <summary>Every code of the …Errors classes; those that are made of values are made of any.</summary>
    private static HashSet<string> CodesOfThePortal()
    {
        var errors = new[] { typeof(OperationRunner).Assembly, typeof(ApiReference).Assembly }
            .SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsAbstract && type.IsSealed && type.Name.EndsWith("Errors", StringComparison.Ordinal));
        return [.. errors.SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => field.GetValue(null)).OfType<OperationError>()
            .Concat(type.GetMethods(BindingFlags.Public | BindingFlags.Static).Where(method => method.ReturnType == typeof(OperationError)).Select(Make)))
            .Select(error => error.Code)];
    }

    private static OperationError Make(MethodInfo method)
        => (OperationError)method.Invoke(null, [.. method.GetParameters().Select(parameter => parameter.ParameterType == typeof(string) ? "" : Activator.CreateInstance(parameter.ParameterType))])!;

    /// <summary>The classes of tests that run an action, by its record or its name; the one that is named after it first, three at most.</summary>
    private static Dictionary<string, List<string>> TestsByAction()
    {
        var tests = Directory.GetFiles(Path.Combine(Places.RepositoryRoot, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && file.Contains(".Tests/", StringComparison.Ordinal))
            .Select(file => (Name: Path.GetFileNameWithoutExtension(file), Text: File.ReadAllText(file)))
            .Where(file => file.Text.Contains("[Fact]", StringComparison.Ordinal) || file.Text.Contains("[Theory]", StringComparison.Ordinal))
            .OrderBy(file => file.Name, StringComparer.Ordinal).ToList();
        return EcsContract.Published.Actions.Keys.ToDictionary(action => action, List<string>? (action) =>
        {
            List<string> found = [.. tests
                .Where(test => test.Text.Contains($"new {action}(", StringComparison.Ordinal) || test.Text.Contains($"new {action} {{", StringComparison.Ordinal) || test.Text.Contains($"CallAsync(\"{action}\"", StringComparison.Ordinal))
                .Select(test => test.Name).OrderByDescending(name => name == $"{action}Tests").ThenByDescending(name => name == "SdkInterop").Take(3)];
            return found.Count > 0 ? found : null;
        }, StringComparer.Ordinal)!;
    }
}
