using HRMS.Infrastructure.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace HRMS.Infrastructure.Data.Configurations;

internal sealed class AdminUserConfiguration : IEntityTypeConfiguration<AdminUser>
{
    public void Configure(EntityTypeBuilder<AdminUser> admin)
    {
        admin.Property(a => a.Id).ValueGeneratedNever();
        admin.Property(a => a.UserName).HasMaxLength(100);
        admin.Property(a => a.Email).HasMaxLength(100);
        admin.Property(a => a.FirstName).HasMaxLength(100);
        admin.Property(a => a.LastName).HasMaxLength(100);
        admin.Property(a => a.PhoneNumber).HasMaxLength(20);
        admin.Property(a => a.TwoFactorSecret).HasMaxLength(500);
        admin.Property(a => a.BackupCodes).HasColumnType("jsonb");
        admin.Property(a => a.IsInitialSetupAccount).HasDefaultValue(false);
        admin.Property(a => a.MustChangePassword).HasDefaultValue(false);
        admin.Property(a => a.SessionTimeoutMinutes).HasDefaultValue(0);
        admin.HasIndex(a => a.Email).IsUnique();
        admin.HasIndex(a => a.UserName).IsUnique();
    }
}
