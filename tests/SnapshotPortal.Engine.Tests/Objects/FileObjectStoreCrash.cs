using SnapshotPortal.Engine.Objects;
using SnapshotPortal.Testing;

namespace SnapshotPortal.Engine.Tests.Objects;

/// <summary>The power fails at any operation: what was put is there whole, what was being put is there whole or not at all.</summary>
public sealed class FileObjectStoreCrash
{
    private const int Seeds = 2000;
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Completed_puts_and_deletes_survive_and_no_object_is_ever_half()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            if (await FailureAsync(seed, SimulatedLies.None) is { } failure) Assert.Fail($"Seed {seed}: {failure}");
        }
    }

    [Theory]
    [InlineData(SimulatedLies.Sync)]
    [InlineData(SimulatedLies.SyncDirectory)]
    public async Task A_file_system_that_lies_is_found_out(SimulatedLies lies)
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            if (await FailureAsync(seed, lies) is not null) return;
        }
        Assert.Fail("The rig finds nothing.");
    }

    /// <summary>One history; null when everything that must hold did.</summary>
    private static async Task<string?> FailureAsync(int seed, SimulatedLies lies)
    {
        var random = new Random(seed);
        var files = new SimulatedFileSystem(seed) { Lies = lies };
        var model = new Dictionary<string, byte[]?>(StringComparer.Ordinal);   // null: deleted
        var open = (Name: "", Content: (byte[]?)null);                        // what the crash interrupts
        files.FailAfter(random.Next(1, 80), SimulatedFault.Crash);
        try
        {
            var store = FileObjectStore.Open(files, "/data/store");
            for (var i = 0; i < 30; i++)
            {
                open = ($"{(char)('a' + random.Next(3))}/{random.Next(3)}", null);
                if (random.Next(4) == 0) await store.DeleteAsync(open.Name, None);
                else
                {
                    var content = new byte[random.Next(0, 20_000)];
                    random.NextBytes(content);
                    open.Content = content;
                    await store.PutAsync(open.Name, content, None);
                }
                model[open.Name] = open.Content;
                open = ("", null);
            }
        }
        catch (SimulatedCrashException) { }

        var reopened = FileObjectStore.Open(files.Crash(), "/data/store");
        var listed = new List<string>();
        await foreach (var found in reopened.ListAsync("", None)) listed.Add(found.Name);
        foreach (var name in model.Keys.Append(open.Name).Where(name => name.Length > 0).Distinct())
        {
            var present = await reopened.FindAsync(name, None) is null ? null : await reopened.GetAsync(name, None);
            if (present is null == listed.Contains(name)) return $"{name} is {(present is null ? "" : "not ")}listed";
            var isAsBefore = model.TryGetValue(name, out var known) ? Same(known, present) : present is null;
            if (!isAsBefore && !(name == open.Name && Same(open.Content, present))) return $"{name} has {present?.Length} bytes instead of {known?.Length}";
        }
        return listed.FirstOrDefault(name => !model.ContainsKey(name) && name != open.Name);
    }

    private static bool Same(byte[]? one, byte[]? other) => one is null ? other is null : other is not null && one.AsSpan().SequenceEqual(other);
}
