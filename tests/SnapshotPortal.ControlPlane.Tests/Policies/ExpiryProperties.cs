using static SnapshotPortal.ControlPlane.Policies.Expiry;

namespace SnapshotPortal.ControlPlane.Tests.Policies;

/// <summary>
/// Expiry over random histories of a disk, against the rules as one would say them, and against what must never happen.
/// <c>./dev policies</c> plays 1,000,000 histories, CI some; a failure names the seed that plays it again.
/// </summary>
public sealed class ExpiryProperties
{
    private static readonly DateTimeOffset Begin = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Histories_keep_what_must_be_kept_and_lose_what_is_over()
        => Parallel.For(0, ScheduleProperties.IsLong ? 1_000_000 : 20_000, new History().Play);

    [Fact]
    public void Newest_accomplished_one_stays_however_old_it_is()
    {
        Held[] held = [Old("s-1", 1, Stage.Accomplished), Old("s-2", 2, Stage.Accomplished), Old("s-3", 3, Stage.Failed)];
        Assert.Equal(["s-1", "s-3"], Expired(held, Begin.AddDays(100)));
    }

    [Fact]
    public void Newest_normal_one_stays_too_where_a_local_one_is_newer()
    {
        Held[] held = [Old("s-1", 1, Stage.Accomplished), Old("s-2", 2, Stage.Accomplished), Old("s-3", 3, Stage.Accomplished) with { IsLocal = true }, Old("s-4", 4, Stage.Accomplished) with { IsLocal = true }];
        Assert.Equal(["s-1", "s-3"], Expired(held, Begin.AddDays(100)));
    }

    [Fact]
    public void What_an_image_or_a_disk_needs_and_what_is_being_made_stays()
    {
        Held[] held = [Old("s-1", 1, Stage.Accomplished) with { IsNeeded = true }, Old("s-2", 2, Stage.Progressing), Old("s-3", 3, Stage.Accomplished)];
        Assert.Empty(Expired(held, Begin.AddDays(100)));
    }

    [Fact]
    public void Retention_ends_to_the_millisecond_and_without_one_never()
    {
        Held[] held = [Old("s-1", 1, Stage.Accomplished), Old("s-2", 2, Stage.Accomplished) with { ExpiresAt = null }, Old("s-3", 3, Stage.Accomplished)];
        Assert.Empty(Expired(held, Begin.AddDays(2).AddMilliseconds(-1)));
        Assert.Equal(["s-1"], Expired(held, Begin.AddDays(2)));
        Assert.Equal(["s-1"], Expired(held, Begin.AddYears(100)));
    }

    [Fact]
    public void Full_quota_takes_the_oldest_automatic_one_and_never_a_manual_one()
    {
        Held[] held = [Old("s-1", 1, Stage.Accomplished) with { IsAutomatic = false }, Old("s-2", 2, Stage.Accomplished), Old("s-3", 3, Stage.Accomplished), Old("s-4", 4, Stage.Accomplished)];
        Assert.Empty(ToMakeRoom(held, 4)!);
        Assert.Equal(["s-2"], ToMakeRoom(held, 3)!);
        Assert.Equal(["s-2", "s-3"], ToMakeRoom(held, 2)!);
        Assert.Null(ToMakeRoom(held, 1));
    }

    private static Held Old(string id, int day, Stage stage) => new(id, Begin.AddDays(day), Begin.AddDays(day + 1), stage, IsLocal: false, IsAutomatic: true, IsNeeded: false);

    /// <summary>Plays a disk's life: snapshots come, end, are needed and deleted; time passes; what expires goes.</summary>
    private sealed class History
    {
        public void Play(int seed)
        {
            var random = new Random(seed);
            var held = new List<Held>();
            var now = Begin;
            var made = 0;
            for (var step = random.Next(4, 24); step > 0; step--)
            {
                switch (random.Next(8))
                {
                    case 0 or 1 or 2: Take(random, held, now, ref made); break;
                    case 3: Change(random, held, each => each with { Stage = random.Next(4) == 0 ? Stage.Failed : Stage.Accomplished }); break;
                    case 4: Change(random, held, each => each with { IsNeeded = !each.IsNeeded }); break;
                    case 5: if (held.Count > 0) held.RemoveAt(random.Next(held.Count)); break;
                    default: now = now.AddHours(random.Next(0, 60)); break;
                }

                ExpireAndCheck(seed, held, now);
            }
        }

        private static void Take(Random random, List<Held> held, DateTimeOffset now, ref int made)
        {
            var quota = random.Next(2, 6);
            if (ToMakeRoom(held, quota) is { } going)
            {
                if (!going.SequenceEqual(RoomByTheRules(held, quota) ?? [])) Assert.Fail("The room is another.");
                Remove(held, going);
                held.Insert(random.Next(held.Count + 1), new($"s-{made++:d4}", now, random.Next(5) == 0 ? null : now.AddDays(random.Next(1, 4)), Stage.Progressing, IsLocal: random.Next(4) == 0, IsAutomatic: random.Next(3) != 0, IsNeeded: false));
            }
            else
            {
                Assert.Null(RoomByTheRules(held, quota));
            }
        }

        private static void Change(Random random, List<Held> held, Func<Held, Held> change)
        {
            if (held.Count == 0) return;
            var index = random.Next(held.Count);
            held[index] = change(held[index]);
        }

        private static void ExpireAndCheck(int seed, List<Held> held, DateTimeOffset now)
        {
            var expired = Expired(held, now);
            if (!expired.ToHashSet().SetEquals(held.Where(each => each.ExpiresAt <= now && MayGoByTheRules(held, each)).Select(each => each.Id))) Assert.Fail($"Seed {seed}: the rules say otherwise.");
            Remove(held, expired);
            if (Expired(held, now).Count > 0) Assert.Fail($"Seed {seed}: it expires more when it is asked again.");
        }

        /// <summary>What must never happen, whoever decides.</summary>
        private static void Remove(List<Held> held, List<string> going)
        {
            var (newest, newestNormal) = (Newest(held), Newest(held.FindAll(each => !each.IsLocal)));
            if (held.Exists(each => going.Contains(each.Id) && (each.IsNeeded || each.Stage == Stage.Progressing))) Assert.Fail("Something goes that is needed.");
            held.RemoveAll(each => going.Contains(each.Id));
            if (newest != Newest(held) || newestNormal != Newest(held.FindAll(each => !each.IsLocal))) Assert.Fail("The newest has gone.");
        }

        private static string? Newest(List<Held> held)
            => held.Where(each => each.Stage == Stage.Accomplished).OrderBy(each => each.CreatedAt).ThenBy(each => each.Id, StringComparer.Ordinal).Select(each => each.Id).LastOrDefault();

        private static bool MayGoByTheRules(List<Held> held, Held one) => one.Stage switch
        {
            Stage.Progressing => false,
            _ when one.IsNeeded => false,
            Stage.Failed => true,
            _ => held.Exists(other => other.Stage == Stage.Accomplished && IsNewer(other, one))
                && (one.IsLocal || held.Exists(other => other is { Stage: Stage.Accomplished, IsLocal: false } && IsNewer(other, one))),
        };

        private static List<string>? RoomByTheRules(List<Held> held, int quota)
        {
            var going = new List<string>();
            while (held.Count(each => each.IsAutomatic && !going.Contains(each.Id)) >= quota)
            {
                var candidates = held.Where(each => each.IsAutomatic && !going.Contains(each.Id) && MayGoByTheRules(held, each)).ToList();
                if (candidates.Count == 0) return null;
                going.Add(candidates.Single(one => !candidates.Exists(other => IsNewer(one, other))).Id);
            }

            return going;
        }

        private static bool IsNewer(Held one, Held other)
            => one.CreatedAt > other.CreatedAt || (one.CreatedAt == other.CreatedAt && string.CompareOrdinal(one.Id, other.Id) > 0);
    }
}
