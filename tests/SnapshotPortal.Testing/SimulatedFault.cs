namespace SnapshotPortal.Testing;

/// <summary>What a simulated file system does to one operation.</summary>
public enum SimulatedFault
{
    /// <summary>It works.</summary>
    None,

    /// <summary>An input/output error; a write may be there in part, a failed sync may have forgotten what it should have stored.</summary>
    Io,

    /// <summary>No space left; of a write, the first part is there.</summary>
    Full,

    /// <summary>A write ends in the middle of a block and what is left of it fails. What is no write works.</summary>
    ShortWrite,

    /// <summary>The power goes while it runs.</summary>
    Crash,
}

/// <summary>What of everything unsynced is there after a power cut.</summary>
public enum SimulatedSurvival
{
    /// <summary>An arbitrary part.</summary>
    Any,

    /// <summary>Nothing.</summary>
    None,

    /// <summary>Everything.</summary>
    All,

    /// <summary>All names, and of each page some sectors.</summary>
    Torn,
}

/// <summary>How a simulated file system breaks its promises: planted faults that every crash test worth its time must find.</summary>
[Flags]
public enum SimulatedLies
{
    /// <summary>It keeps them.</summary>
    None = 0,

    /// <summary><c>Sync</c> of a file returns without having stored anything.</summary>
    Sync = 1,

    /// <summary><c>SyncDirectory</c> returns without having stored anything.</summary>
    SyncDirectory = 2,

    /// <summary>A <c>Sync</c> stores all but one of the pages.</summary>
    SyncForgetsOnePage = 4,
}
