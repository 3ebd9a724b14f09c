using HRMS.Infrastructure.Entities;
using Microsoft.EntityFrameworkCore;

namespace HRMS.Infrastructure.Data;

/// <summary>hrms_master: what all tenants share.</summary>
public sealed class MasterDbContext(DbContextOptions<MasterDbContext> options) : DbContext(options)
{
    public const string Schema = "master";

    public DbSet<Tenant> Tenants => Set<Tenant>();
    public DbSet<AdminUser> AdminUsers => Set<AdminUser>();
    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.HasDefaultSchema(Schema);
        model.ApplyConfigurationsFromAssembly(typeof(MasterDbContext).Assembly);
    }
}
