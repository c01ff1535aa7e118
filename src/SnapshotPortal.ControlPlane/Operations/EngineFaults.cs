using SnapshotPortal.Engine;

namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>The one place where a fault of the engine becomes an error of an operation or of a job. The engine's message names what and where, except for a full file system, which is nothing of the resource's own.</summary>
internal static class EngineFaults
{
    public static OperationError ToError(EngineException exception) => exception.Fault switch
    {
        EngineFault.Full => new("StorageFull", 507, "No space is left in the portal's storage.", "Make room in the file system of the data path, then try again; nothing acknowledged is lost."),
        EngineFault.Corrupt => new("DataCorrupt", 500, exception.Message, "Do not delete anything; restore the resource from a snapshot that is whole."),
        EngineFault.NewerVersion => new("DataOfNewerVersion", 500, exception.Message, "Run the version of the portal that wrote it, or a later one."),
        EngineFault.Missing => new("DataMissing", 500, exception.Message, "Look whether the data path is complete."),
        EngineFault.Exists => new("DataExists", 409, exception.Message, "Another resource of the same id is stored already; tell the administrator."),
        EngineFault.Fenced => new("StorageFenced", 503, exception.Message, "Mend the storage below the data path and start the portal again; it recovers by itself."),
        EngineFault.Locked => new("StorageLocked", 409, exception.Message, "Wait until the other use has ended."),
        EngineFault.ReadOnly => new("StorageReadOnly", 409, exception.Message, "Download the content or snapshot it; it takes no changes."),
        EngineFault.KeyUnavailable => new("KeyUnavailable", 503, exception.Message, "Make the encryption key available."),
        EngineFault.StoreUnavailable => new("ServiceUnavailable", 503, exception.Message, "Try again in a while."),
        EngineFault.Io => new("StorageError", 500, exception.Message, "Look at the storage below the data path and at the log of the operating system."),
        _ => OperationErrors.Internal,
    };

    /// <summary>Whether the same thing may work if it is only tried again.</summary>
    public static bool IsTransient(Exception exception) => exception is EngineException { Fault: EngineFault.StoreUnavailable };
}
