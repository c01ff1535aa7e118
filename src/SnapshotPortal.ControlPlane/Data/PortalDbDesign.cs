using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Data;

/// <summary>Makes the context for <c>./dev migrate</c>. It has to carry Identity's schema version, else migrations leave passkeys out.</summary>
internal sealed class PortalDbDesign : IDesignTimeDbContextFactory<PortalDb>
{
    public PortalDb CreateDbContext(string[] args)
    {
        var identity = new ServiceCollection().Configure<IdentityOptions>(options => options.Stores.SchemaVersion = IdentitySchemaVersions.Version3);
        var options = new DbContextOptionsBuilder<PortalDb>().UseSqlite("Data Source=design.db").UseApplicationServiceProvider(identity.BuildServiceProvider());
        return new(options.Options, new WriteGate(), new ChangeFeed(NullLogger<ChangeFeed>.Instance));
    }
}
