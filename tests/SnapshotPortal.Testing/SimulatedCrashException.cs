namespace SnapshotPortal.Testing;

/// <summary>The simulated machine has lost its power; nothing that happens in this life any more has an effect.</summary>
public sealed class SimulatedCrashException() : Exception("The simulated machine has crashed.");
