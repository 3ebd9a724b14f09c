using HRMS.Infrastructure.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace HRMS.Infrastructure.Data.Configurations;

internal sealed class TenantConfiguration : IEntityTypeConfiguration<Tenant>
{
    public void Configure(EntityTypeBuilder<Tenant> tenant)
    {
        tenant.Property(t => t.Id).ValueGeneratedNever();
        tenant.Property(t => t.CompanyName).HasMaxLength(200);
        tenant.Property(t => t.Subdomain).HasMaxLength(50);
        tenant.Property(t => t.SchemaName).HasMaxLength(50);
        tenant.Property(t => t.ContactEmail).HasMaxLength(100);
        tenant.Property(t => t.ContactPhone).HasMaxLength(20);
        tenant.Property(t => t.ActivationToken).HasMaxLength(100);
        tenant.HasIndex(t => t.Subdomain).IsUnique();
        tenant.HasIndex(t => t.SchemaName).IsUnique();
    }
}
