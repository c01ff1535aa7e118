using System.CommandLine;
using System.CommandLine.Invocation;
using SnapshotPortal.Tool;
using SnapshotPortal.Tool.Pools;
using SnapshotPortal.Tool.Repositories;

var root = new RootCommand("Snapshots without the portal: lists, verifies, restores, copies and prunes repositories, backs up files and devices, checks and repairs pools.")
{
    ListCommand.Create(),
    VerifyCommand.Create(),
    RestoreCommand.Create(),
    BackupCommand.Create(),
    CopyCommand.Create(),
    DeleteCommand.Create(),
    PruneCommand.Create(),
    PoolCommand.Create(),
    Session.Json,
};

var parsed = root.Parse(args);
var result = await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
return parsed.Action is ParseErrorAction ? (int)ExitCode.Usage : result;
