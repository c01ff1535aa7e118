using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using SnapshotPortal.ControlPlane.Accounts;
using SnapshotPortal.ControlPlane.Disks;
using SnapshotPortal.ControlPlane.Exports;
using SnapshotPortal.ControlPlane.Images;
using SnapshotPortal.ControlPlane.Instances;
using SnapshotPortal.ControlPlane.Jobs;
using SnapshotPortal.ControlPlane.Metering;
using SnapshotPortal.ControlPlane.Operations;
using SnapshotPortal.ControlPlane.Policies;
using SnapshotPortal.ControlPlane.Quotas;
using SnapshotPortal.ControlPlane.Snapshots;
using SnapshotPortal.ControlPlane.Stores;
using SnapshotPortal.ControlPlane.Tags;

namespace SnapshotPortal.ControlPlane.Data;

/// <summary>
/// The portal's database. Every change goes through a <see cref="Write"/>: an immediate transaction behind the
/// <see cref="WriteGate"/>, so that what was read in it is still true when it commits; <c>SaveChanges</c> outside one opens its own.
/// </summary>
/// <remarks>SQLite in WAL mode now. PostgreSQL comes as a derived context with migrations of its own, hence the protected constructor.</remarks>
internal class PortalDb : IdentityDbContext<PortalUser, IdentityRole, string>
{
    /// <summary>A row's number of changes, raised with each: a second line of defence where two could change one row.</summary>
    public const string Version = "Version";

    /// <summary>The collation in which names sort for people.</summary>
    public const string AnyCase = "NOCASE";

    private readonly WriteGate gate;
    private readonly ChangeFeed feed;
    private readonly HashSet<Change> changes = [];
    private readonly List<Func<Task>> afterCommit = [];
    private Write? write;

    public PortalDb(DbContextOptions<PortalDb> options, WriteGate gate, ChangeFeed feed)
        : this((DbContextOptions)options, gate, feed)
    {
    }

    protected PortalDb(DbContextOptions options, WriteGate gate, ChangeFeed feed)
        : base(options) => (this.gate, this.feed) = (gate, feed);

    public DbSet<Account> Accounts => Set<Account>();

    public DbSet<AccountMember> Members => Set<AccountMember>();

    public DbSet<Invitation> Invitations => Set<Invitation>();

    public DbSet<AccessKey> AccessKeys => Set<AccessKey>();

    public DbSet<Disk> Disks => Set<Disk>();

    public DbSet<DiskKey> DiskKeys => Set<DiskKey>();
    public DbSet<DiskRollBack> DiskRollBacks => Set<DiskRollBack>();

    public DbSet<DiskUpload> DiskUploads => Set<DiskUpload>();

    public DbSet<Snapshot> Snapshots => Set<Snapshot>();

    public DbSet<Instance> Instances => Set<Instance>();

    public DbSet<ExportTicket> ExportTickets => Set<ExportTicket>();

    public DbSet<Image> Images => Set<Image>();

    public DbSet<AutoSnapshotPolicy> Policies => Set<AutoSnapshotPolicy>();

    public DbSet<PolicyDisk> PolicyDisks => Set<PolicyDisk>();

    public DbSet<PolicyRun> PolicyRuns => Set<PolicyRun>();

    public DbSet<StoreCheck> StoreChecks => Set<StoreCheck>();

    public DbSet<Job> Jobs => Set<Job>();

    public DbSet<ResourceTag> Tags => Set<ResourceTag>();

    public DbSet<QuotaOverride> QuotaOverrides => Set<QuotaOverride>();

    public DbSet<MeterReading> MeterReadings => Set<MeterReading>();

    public DbSet<MeteredHour> MeteredHours => Set<MeteredHour>();

    public DbSet<PriceVersion> PriceVersions => Set<PriceVersion>();

    public DbSet<StoragePlan> StoragePlans => Set<StoragePlan>();

    public DbSet<ClientToken> ClientTokens => Set<ClientToken>();

    public DbSet<AuditEntry> AuditTrail => Set<AuditEntry>();

    public DbSet<AuditHead> AuditHeads => Set<AuditHead>();

    /// <summary>Begins to change the database; nobody else does until the result is disposed.</summary>
    public async Task<Write> BeginWriteAsync(CancellationToken cancel)
    {
        if (write is not null) throw new InvalidOperationException("This context is writing already; it would wait for itself.");
        await gate.EnterAsync(cancel);
        try
        {
            return write = new Write(this, await Database.BeginTransactionAsync(cancel));
        }
        catch
        {
            gate.Leave();
            throw;
        }
    }

    /// <summary>Something to do once the present write is committed, and not at all if it is not.</summary>
    public void AfterCommit(Func<Task> effect) => afterCommit.Add(effect);

    /// <summary>Tells about a resource although its own row stays as it is.</summary>
    public void Announce(IAnnounced resource) => Announce(resource.ToChange());

    /// <summary>Tells about a change once the present write is committed.</summary>
    public void Announce(Change change) => changes.Add(change);

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        if (write is null)
        {
            await using var own = await BeginWriteAsync(cancellationToken);
            var count = await SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
            await own.CommitAsync();
            return count;
        }

        ChangeTracker.DetectChanges();
        foreach (var entry in ChangeTracker.Entries<IAnnounced>())
        {
            if (entry.State is EntityState.Added or EntityState.Modified or EntityState.Deleted) changes.Add(entry.Entity.ToChange());
            if (entry.State == EntityState.Modified && entry.Metadata.FindProperty(Version) is not null)
                entry.Property<long>(Version).CurrentValue++;
        }

        return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    public override int SaveChanges(bool acceptAllChangesOnSuccess)
        => throw new NotSupportedException("Use SaveChangesAsync: a synchronous save would not pass the write gate.");

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
        => configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        Account.Map(builder);
        Disk.Map(builder);
        DiskKey.Map(builder);
        DiskRollBack.Map(builder);
        DiskUpload.Map(builder);
        Snapshot.Map(builder);
        Instance.Map(builder);
        Image.Map(builder);
        ExportTicket.Map(builder);
        AutoSnapshotPolicy.Map(builder);
        PolicyRun.Map(builder);
        StoreCheck.Map(builder);
        Job.Map(builder);
        ResourceTag.Map(builder);
        QuotaOverride.Map(builder);
        MeterReading.Map(builder);
        PriceVersion.Map(builder);
        StoragePlan.Map(builder);
        ClientToken.Map(builder);
        AuditEntry.Map(builder);
    }

    /// <summary>A write under way. Disposing it without <see cref="CommitAsync"/> undoes everything.</summary>
    internal sealed class Write(PortalDb db, IDbContextTransaction transaction) : IAsyncDisposable
    {
        private bool open = true;

        /// <summary>Saves and commits, lets the next writer in, then tells the watchers and runs what waited for the commit.</summary>
        public async Task CommitAsync()
        {
            // Not cancellable: a commit whose outcome nobody waits for would be worse than a late answer.
            await db.SaveChangesAsync(CancellationToken.None);
            await transaction.CommitAsync(CancellationToken.None);
            db.gate.NoteCommit();
            List<Change> committed = [.. db.changes];
            List<Func<Task>> effects = [.. db.afterCommit];
            await DisposeAsync();
            db.feed.Publish(committed);
            foreach (var effect in effects) await effect();
        }

        public async ValueTask DisposeAsync()
        {
            if (!open) return;
            open = false;
            db.write = null;
            db.changes.Clear();
            db.afterCommit.Clear();
            try
            {
                await transaction.DisposeAsync();
            }
            finally
            {
                db.gate.Leave();
            }
        }
    }

    /// <summary>Times as milliseconds since 1970: every database sorts and compares them alike.</summary>
    private sealed class UnixMilliseconds() : ValueConverter<DateTimeOffset, long>(
        time => time.ToUnixTimeMilliseconds(), number => DateTimeOffset.FromUnixTimeMilliseconds(number));
}
