using System.Globalization;
using Microsoft.Data.Sqlite;

namespace SnapshotPortal.Api.Tests;

/// <summary>Rows of snapshots without content, by the hundred thousand: copies of the one that is there.</summary>
internal static class ManySnapshots
{
    /// <summary>Makes so many of the only snapshot in the database of a data path.</summary>
    public static async Task AddAsync(string dataPath, int count)
    {
        await using var database = new SqliteConnection($"Data Source={Path.Combine(dataPath, "portal.db")};Pooling=False");
        await database.OpenAsync();
        var columns = await ColumnsAsync(database);
        var values = columns.Select(column => column switch
        {
            "Id" => "'s-' || printf('%020d', number)",
            "CreatedAt" => "CreatedAt - number * 7 / 2", // some in the same millisecond
            _ => $"\"{column}\"",
        });
        await using var insert = database.CreateCommand();
        insert.CommandText = $"""
            WITH RECURSIVE numbers(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < {(count - 1).ToString(CultureInfo.InvariantCulture)})
            INSERT INTO Snapshots ({string.Join(", ", columns.Select(column => $"\"{column}\""))}) SELECT {string.Join(", ", values)} FROM Snapshots, numbers
            """;
        await insert.ExecuteNonQueryAsync();
    }

    private static async Task<List<string>> ColumnsAsync(SqliteConnection database)
    {
        await using var query = new SqliteCommand("SELECT name FROM pragma_table_info('Snapshots')", database);
        await using var rows = await query.ExecuteReaderAsync();
        var columns = new List<string>();
        while (await rows.ReadAsync()) columns.Add(rows.GetString(0));
        return columns;
    }
}
