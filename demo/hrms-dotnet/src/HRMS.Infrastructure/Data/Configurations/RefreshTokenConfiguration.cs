using HRMS.Infrastructure.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace HRMS.Infrastructure.Data.Configurations;

internal sealed class RefreshTokenConfiguration : IEntityTypeConfiguration<RefreshToken>
{
    public void Configure(EntityTypeBuilder<RefreshToken> token)
    {
        token.Property(t => t.Id).ValueGeneratedNever();
        token.Property(t => t.Token).HasMaxLength(500);
        token.Property(t => t.CreatedByIp).HasMaxLength(45);
        token.Property(t => t.RevokedByIp).HasMaxLength(45);
        token.Property(t => t.ReplacedByToken).HasMaxLength(500);
        token.Property(t => t.ReasonRevoked).HasMaxLength(200);
        token.HasOne<AdminUser>().WithMany().HasForeignKey(t => t.AdminUserId).OnDelete(DeleteBehavior.Cascade);
        token.HasIndex(t => t.AdminUserId);
        token.HasIndex(t => new { t.AdminUserId, t.ExpiresAt });
        token.HasIndex(t => t.ExpiresAt);
        token.HasIndex(t => t.Token).IsUnique();
    }
}
