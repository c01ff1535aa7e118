using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace SnapshotPortal.Benchmarks.Nbd;

/// <summary>A server that is measured, in a process of its own on a Unix socket.</summary>
internal sealed class NbdContender : IDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(30);

    private readonly string room;
    private readonly long diskBytes;
    private Process process;

    public NbdContender(string name, string parent, long diskBytes)
    {
        Name = name;
        this.diskBytes = diskBytes;
        room = Path.Combine(parent, name.Replace(' ', '-'));
        Directory.CreateDirectory(room);
        if (name == NbdBenchmark.Qcow2) Fio.Run("qemu-img", "create", "-q", "-f", "qcow2", Image, diskBytes.ToString(CultureInfo.InvariantCulture));
        if (name == NbdBenchmark.NbdkitFile)
        {
            using var file = File.Create(Image);
            file.SetLength(diskBytes);
        }
        process = Start();
    }

    public string Name { get; }

    /// <summary>The address for fio.</summary>
    public string Uri => $"nbd+unix:///?socket={Socket}";

    /// <summary>Processor time that it has used, in seconds.</summary>
    public double ProcessorSeconds
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime.TotalSeconds;
        }
    }

    private string Image => Path.Combine(room, "image");

    private string Socket => Path.Combine(room, "socket");

    private bool IsOurs => Name.StartsWith("ours", StringComparison.Ordinal);

    /// <summary>Takes a snapshot: ours while it serves, qcow2's internal one while its server is away, as it must be.</summary>
    public void TakeSnapshot(int number)
    {
        if (IsOurs)
        {
            process.StandardInput.WriteLine();
            process.StandardInput.Flush();
            Await("taken");
            return;
        }
        End();
        Fio.Run("qemu-img", "snapshot", "-c", $"s-{number.ToString(CultureInfo.InvariantCulture)}", Image);
        process = Start();
    }

    public void Dispose()
    {
        End();
        Directory.Delete(room, recursive: true);
    }

    private Process Start()
    {
        File.Delete(Socket);
        string[] command = Name switch
        {
            NbdBenchmark.Qcow2 => ["qemu-nbd", "-f", "qcow2", "--cache=writeback", "--aio=threads", "-e", "8", "-t", "-k", Socket, Image],
            NbdBenchmark.NbdkitFile => ["nbdkit", "-f", "-U", Socket, "file", Image],
            NbdBenchmark.NbdkitMemory => ["nbdkit", "-f", "-U", Socket, "memory", diskBytes.ToString(CultureInfo.InvariantCulture)],
            _ => [Environment.ProcessPath!, .. Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal) ? [typeof(NbdContender).Assembly.Location] : Array.Empty<string>(),
                NbdWorker.Argument, Name.Split(' ')[1], Path.Combine(room, "pool"), Socket, diskBytes.ToString(CultureInfo.InvariantCulture)],
        };
        process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { UseShellExecute = false, RedirectStandardInput = IsOurs, RedirectStandardOutput = IsOurs })!;
        if (IsOurs) Await("ready");
        else AwaitSocket();
        return process;
    }

    private void Await(string word)
    {
        if (process.StandardOutput.ReadLine() != word) throw new InvalidOperationException($"{Name} has ended.");
    }

    private void AwaitSocket()
    {
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < StartMax; Thread.Yield())
        {
            using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                probe.Connect(new UnixDomainSocketEndPoint(Socket));
                return;
            }
            catch (SocketException) { } // Not yet.
        }
        throw new TimeoutException($"{Name} does not listen.");
    }

    private void End()
    {
        if (IsOurs) process.StandardInput.Close();
        else Fio.Run("kill", process.Id.ToString(CultureInfo.InvariantCulture));
        process.WaitForExit();
        process.Dispose();
    }
}
