using System.Buffers;
using Microsoft.Win32.SafeHandles;
using SnapshotPortal.Engine;

namespace SnapshotPortal.Tool.Devices;

/// <summary>Writes a device's content to the standard output, in order, while the next pieces are fetched.</summary>
internal static class ContentStream
{
    private const int PieceBytes = 4 << 20, PiecesAhead = 4;

    /// <summary>The standard output as a file: the console's own stream would not tell that nobody reads any more.</summary>
    public static FileStream OpenOutput() => new(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);

    public static async Task CopyAsync(IBlockDevice source, long lengthBytes, Stream output, ProgressBar progress, CancellationToken cancel)
    {
        var ahead = new Queue<Task<Piece>>();
        try
        {
            for (long wanted = 0, done = 0; done < lengthBytes;)
            {
                for (; ahead.Count < PiecesAhead && wanted < lengthBytes; wanted += PieceBytes) ahead.Enqueue(ReadAsync(source, wanted, (int)Math.Min(PieceBytes, lengthBytes - wanted)));
                var piece = await ahead.Dequeue();
                await output.WriteAsync(piece.Bytes.AsMemory(0, piece.Length), cancel);
                ArrayPool<byte>.Shared.Return(piece.Bytes);
                done += piece.Length;
                progress.Show(done, lengthBytes);
            }
        }
        finally
        {
            foreach (var left in ahead) await ((Task)left).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static Task<Piece> ReadAsync(IBlockDevice source, long offset, int length) => Task.Run(() =>
    {
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        source.Read(offset, bytes.AsSpan(0, length));
        return new Piece(bytes, length);
    });

    private readonly record struct Piece(byte[] Bytes, int Length);
}
