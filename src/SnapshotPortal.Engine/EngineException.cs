namespace SnapshotPortal.Engine;

/// <summary>Why the engine refused or failed. Each layer above translates it in one place (docs/architecture.md, Errors).</summary>
public enum EngineFault
{
    /// <summary>Stored bytes are not what was written. The message names what and where.</summary>
    Corrupt,

    /// <summary>Stored bytes are whole, but of a format version that only a newer program reads. They are left as they are.</summary>
    NewerVersion,

    /// <summary>No space left. Everything acknowledged is kept; writing works again once there is room.</summary>
    Full,

    /// <summary>A disk, snapshot, object or file of that name does not exist.</summary>
    Missing,

    /// <summary>A name is taken.</summary>
    Exists,

    /// <summary>A write or flush failed earlier, so the pool takes no more changes until it is opened again.</summary>
    Fenced,

    /// <summary>The pool or repository is in use by another process or in a state that forbids the call.</summary>
    Locked,

    /// <summary>The device takes no changes.</summary>
    ReadOnly,

    /// <summary>The encryption key is missing or wrong.</summary>
    KeyUnavailable,

    /// <summary>The object store does not answer.</summary>
    StoreUnavailable,

    /// <summary>The operating system reported an input/output error.</summary>
    Io,
}

/// <summary>An expected refusal or failure of the engine. Its message is a sentence that says what, where and what to do.</summary>
public sealed class EngineException : Exception
{
    /// <summary>Makes the exception.</summary>
    public EngineException(EngineFault fault, string message, Exception? innerException = null)
        : base(message, innerException) => Fault = fault;

    /// <summary>The kind of failure.</summary>
    public EngineFault Fault { get; }

    /// <summary>The place in a pool's log that could not be read, where it was one.</summary>
    internal Maps.Location Location { get; init; }
}
