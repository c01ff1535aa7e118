using System.Runtime.InteropServices;

namespace SnapshotPortal.Nbd.Transmission;

/// <summary>What a thread has received and not yet carried out, in one pinned buffer.</summary>
internal sealed class Inbox
{
    // Thirty-two requests of 4 KiB come in one receive; a larger request makes the buffer grow.
    private const int UsualBytes = 256 << 10;

    // A buffer that grew larger is given back once it is empty.
    private const int KeptBytesMax = 4 << 20;

    private byte[] buffer = NewBuffer(UsualBytes);
    private int begin;
    private int end;

    /// <summary>What follows the requests that were taken.</summary>
    public ReadOnlySpan<byte> Rest => buffer.AsSpan(begin..end);

    /// <summary>Whether nothing is left.</summary>
    public bool IsEmpty => begin == end;

    /// <summary>Looks at the next request; false while not all of it is here.</summary>
    public bool TryPeek(out RequestHeader request)
    {
        request = default;
        if (end - begin < RequestHeader.Bytes) return false;
        request = RequestHeader.Read(buffer.AsSpan(begin));
        return end - begin >= RequestHeader.Bytes + request.PayloadBytes;
    }

    /// <summary>Takes the request that was looked at. Its payload stays where it is until the next <see cref="Room"/>.</summary>
    public ReadOnlyMemory<byte> Take(in RequestHeader request)
    {
        var payload = MemoryMarshal.CreateFromPinnedArray(buffer, begin + RequestHeader.Bytes, request.PayloadBytes);
        begin += RequestHeader.Bytes + request.PayloadBytes;
        return payload;
    }

    /// <summary>
    /// Where to receive to. Behind a large request that is not all here only the next header is let in, so that no
    /// large piece of another has to be moved afterwards.
    /// </summary>
    public Span<byte> Room()
    {
        var wanted = UsualBytes;
        if (TryPeek(out var request)) throw new InvalidOperationException("A whole request is waiting.");
        if (request.PayloadBytes > UsualBytes / 4) wanted = 2 * RequestHeader.Bytes + request.PayloadBytes;
        if (IsEmpty && buffer.Length > KeptBytesMax && wanted <= KeptBytesMax) (buffer, begin, end) = (NewBuffer(UsualBytes), 0, 0);
        if (begin > 0) MoveToFront(wanted);
        else if (buffer.Length < wanted) MoveToFront(wanted);
        return buffer.AsSpan(end..wanted);
    }

    /// <summary>So many bytes were put into the room.</summary>
    public void Received(int count) => end += count;

    /// <summary>Goes on where another thread has stopped.</summary>
    public void Continue(ReadOnlySpan<byte> rest)
    {
        if (buffer.Length < rest.Length) buffer = NewBuffer(rest.Length);
        rest.CopyTo(buffer);
        (begin, end) = (0, rest.Length);
    }

    /// <summary>Forgets what is left: another thread goes on with it.</summary>
    public void Clear() => (begin, end) = (0, 0);

    private void MoveToFront(int wanted)
    {
        var rest = Rest;
        var target = buffer.Length < wanted ? NewBuffer(wanted) : buffer;
        rest.CopyTo(target);
        (buffer, begin, end) = (target, 0, rest.Length);
    }

    private static byte[] NewBuffer(int bytes) => GC.AllocateUninitializedArray<byte>(bytes, pinned: true);
}
