using System.Globalization;
using SnapshotPortal.Engine.Crypto;
using SnapshotPortal.Engine.Repositories;
using SnapshotPortal.Testing;
using static SnapshotPortal.Engine.Tests.Repositories.RepositoryScene;

namespace SnapshotPortal.Engine.Tests.Repositories;

/// <summary>
/// Histories of two repositories by seed — snapshots in the clear and under keys, deletions, sweeps, copies, restores, verifications —
/// with the process killed at any operation on a store: what was accomplished stays, and nothing is left over.
/// </summary>
public sealed class RepositoryCrash
{
    // More on demand: a thousand take some minutes.
    private static readonly int Histories = int.Parse(Environment.GetEnvironmentVariable("REPOSITORY_HISTORIES") ?? "100", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Every_accomplished_snapshot_stays_and_nothing_leaks()
    {
        var failures = new List<string>();
        await Parallel.ForAsync(1, Histories + 1, new ParallelOptions { MaxDegreeOfParallelism = 2 }, async (seed, _) =>
        {
            try { await new History(seed).RunAsync(); }
            catch (Exception e) { lock (failures) failures.Add($"Seed {seed}: {e.Message}"); }
        });
        Assert.Empty(failures);
    }

    private sealed class History(int seed)
    {
        private static readonly DataKey OtherKey = new(new Guid("0198bbbb-0000-7000-8000-00000000000f"), new byte[DataKey.SecretBytes]);

        private readonly Random random = new(seed);
        private readonly Place[] places = [new(seed * 2), new(seed * 2 + 1)];
        private readonly MemoryBlockDevice disk = new(40L * Limits.ChunkBytes + 4096);
        private int snapshots;

        public async Task RunAsync()
        {
            foreach (var place in places) await place.RestartAsync();
            for (var step = 0; step < 25; step++)
            {
                var place = places[random.Next(2)];
                if (random.Next(3) == 0) place.KillAfter(random.Next(1, 25), isDone: random.Next(2) == 0);
                try { await StepAsync(place); }
                catch (SimulatedCrashException) { }
                foreach (var killed in places.Where(p => p.IsKilled)) await killed.RestartAsync();
                place.Spare();
                foreach (var other in places) await other.SettleAsync();
            }
            foreach (var place in places) await EndAsync(place);
        }

        private async Task StepAsync(Place place)
        {
            var repository = place.Repository;
            switch (random.Next(8))
            {
                case 0 or 1 or 2:
                    await UploadAsync(place);
                    break;
                case 3 when place.Kept.Count > 0:
                    var gone = place.Some(random);
                    place.Uncertain.Add(gone);
                    await repository.DeleteAsync(gone, None);
                    place.Kept.Remove(gone);
                    place.Uncertain.Remove(gone);
                    break;
                case 4 or 5:
                    await SweepAsync(repository);
                    break;
                case 6 when place.Kept.Count > 0:
                    await CopyAsync(place, places[place == places[0] ? 1 : 0]);
                    break;
                case 7 when place.Kept.Count > 0:
                    var some = place.Some(random);
                    Same(place.Kept[some].Hash, await RestoredHashAsync(repository, some), some);
                    if (!(await repository.VerifyAsync(new VerifyRequest(), null, None)).IsSound) throw new InvalidOperationException("Damage was found.");
                    break;
            }
        }

        private async Task UploadAsync(Place place)
        {
            for (var changes = random.Next(6); changes > 0; changes--) places[0].Scene.Change(disk);
            var id = $"s-{++snapshots}";
            var key = random.Next(3) switch { 0 => null, 1 => EncryptionTests.Key, _ => OtherKey };
            var upload = Full(id, disk) with { Key = key };
            if (place.Kept.Count > 0 && random.Next(3) > 0)
            {
                var predecessor = place.Some(random);
                upload = Incremental(id, disk, predecessor, place.Kept[predecessor].Epoch) with { Key = place.Kept[predecessor].Key };
            }
            var hash = HashOf(disk);
            place.Kept[id] = (hash, upload.Key, disk.EndEpoch());
            place.Uncertain.Add(id);
            await place.Repository.UploadAsync(upload, null, None);
            place.Uncertain.Remove(id);
        }

        private async Task CopyAsync(Place from, Place to)
        {
            var id = from.Some(random);
            if (to.Kept.ContainsKey(id)) return;
            var key = random.Next(2) == 0 ? null : EncryptionTests.Key;
            to.Kept[id] = from.Kept[id] with { Key = key };
            to.Uncertain.Add(id);
            await from.Repository.CopyAsync(new SnapshotCopy { SnapshotId = id, Key = key }, to.Repository, null, None);
            to.Uncertain.Remove(id);
        }

        private static async Task EndAsync(Place place)
        {
            await place.RestartAsync();
            await SweepAsync(place.Repository);
            var listed = (await ListAsync(place.Repository)).Select(s => s.SnapshotId).ToArray();
            Same(string.Join(' ', place.Kept.Keys.Order(StringComparer.Ordinal)), string.Join(' ', listed), "the list");
            foreach (var (id, kept) in place.Kept) Same(kept.Hash, await RestoredHashAsync(place.Repository, id), id);
            if (!(await place.Repository.VerifyAsync(new VerifyRequest(), null, None)).IsSound) throw new InvalidOperationException("Damage was found.");
            foreach (var id in place.Kept.Keys) await place.Repository.DeleteAsync(id, None);
            await SweepAsync(place.Repository);
            Same("config", string.Join(' ', place.Scene.Memory.Objects.Keys), "what is left");
        }

        private static void Same(string expected, string actual, string what)
        {
            if (expected != actual) throw new InvalidOperationException($"{what}: {actual} instead of {expected}.");
        }
    }

    /// <summary>A store with its repository, and what must be in it.</summary>
    private sealed class Place
    {
        private readonly SimulatedFileSystem? files;
        private RepositoryScene scene;
        private SimulatedFileSystem? index;
        private Repository? repository;
        private int left = int.MaxValue;

        public Place(int seed)
        {
            scene = new RepositoryScene(seed);
            files = seed % 4 < 2 ? new SimulatedFileSystem(seed) : null;
            index = files;
        }

        public RepositoryScene Scene => scene;

        public Repository Repository => repository!;

        public bool IsKilled { get; private set; }

        public Dictionary<string, (string Hash, DataKey? Key, uint Epoch)> Kept { get; } = new(StringComparer.Ordinal);

        /// <summary>What was under way: after a kill it is there or not.</summary>
        public HashSet<string> Uncertain { get; } = new(StringComparer.Ordinal);

        public string Some(Random random) => Kept.ElementAt(random.Next(Kept.Count)).Key;

        public void Spare() => left = int.MaxValue;

        /// <summary>Lets the process die at an operation on the store, which is carried out or not; nothing comes through any more.</summary>
        public void KillAfter(int operations, bool isDone)
        {
            left = operations;
            scene.Faulty.Before = (_, _, _) =>
            {
                if (IsKilled || (Interlocked.Decrement(ref left) <= 0 && !isDone)) Die();
            };
            scene.Faulty.AfterPut = (_, _) => { if (left <= 0) Die(); };
        }

        public async Task RestartAsync()
        {
            (IsKilled, left) = (false, int.MaxValue);
            if (repository is not null)
            {
                if (index is null) repository.Dispose();
                else index = index.Crash();
            }
            var before = scene;
            scene = new RepositoryScene(before.Memory) { Options = before.Options with { IndexFiles = index, IndexDirectory = "/index", NewId = Guid.NewGuid, RepackDeadShare = 0.3 } };
            repository = await scene.OpenAsync();
        }

        /// <summary>Looks what became of what was under way.</summary>
        public async Task SettleAsync()
        {
            foreach (var id in Uncertain)
            {
                if (await Repository.FindAsync(id, None) is null) Kept.Remove(id);
            }
            Uncertain.Clear();
        }

        private void Die()
        {
            IsKilled = true;
            throw new SimulatedCrashException();
        }
    }
}
