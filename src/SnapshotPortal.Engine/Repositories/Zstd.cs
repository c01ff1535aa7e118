using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>The system's zstd library: on every Debian, where it is part of the package manager; elsewhere perhaps missing.</summary>
internal static partial class Zstd
{
    private const string Library = "libzstd.so.1";

    // Making a context costs more than a chunk. A thread's own are freed some time after it has ended.
    [ThreadStatic] private static Compressor? compressor;
    [ThreadStatic] private static Decompressor? decompressor;

    /// <summary>Whether the library is there.</summary>
    public static bool IsAvailable { get; } = NativeLibrary.TryLoad(Library, typeof(Zstd).Assembly, null, out _);

    /// <summary>Compresses into <paramref name="destination"/>; 0 where that does not suffice.</summary>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level)
    {
        var written = CompressContext(compressor ??= CreateCompressor(), destination, (nuint)destination.Length, source, (nuint)source.Length, level);
        return IsError(written) != 0 ? 0 : (int)written;
    }

    /// <summary>Decompresses; -1 where the source is no frame or its content does not fit.</summary>
    public static int Decompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var written = DecompressContext(decompressor ??= CreateDecompressor(), destination, (nuint)destination.Length, source, (nuint)source.Length);
        return IsError(written) != 0 ? -1 : (int)written;
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    private static partial Compressor CreateCompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    private static partial nuint FreeCompressor(nint compressor);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    private static partial Decompressor CreateDecompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    private static partial nuint FreeDecompressor(nint decompressor);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressCCtx")]
    private static partial nuint CompressContext(Compressor compressor, Span<byte> destination, nuint capacity, ReadOnlySpan<byte> source, nuint length, int level);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressDCtx")]
    private static partial nuint DecompressContext(Decompressor decompressor, Span<byte> destination, nuint capacity, ReadOnlySpan<byte> source, nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint code);

    private sealed class Compressor() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle() => IsError(FreeCompressor(handle)) == 0;
    }

    private sealed class Decompressor() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle() => IsError(FreeDecompressor(handle)) == 0;
    }
}
