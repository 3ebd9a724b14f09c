namespace HRMS.Infrastructure.Entities;

/// <summary>An administrator of the HRMS.</summary>
public sealed partial class AdminUser
{
    public Guid Id { get; set; }
    public required string UserName { get; set; }
    public required string Email { get; set; }
    public required string PasswordHash { get; set; }
    public required string FirstName { get; set; }
    public required string LastName { get; set; }
    public bool IsActive { get; set; }
    public DateTime? LastLoginDate { get; set; }
    public string? PhoneNumber { get; set; }
    public bool IsTwoFactorEnabled { get; set; }
    public string? TwoFactorSecret { get; set; }
    public string? BackupCodes { get; set; }
    public DateTime? LockoutEnd { get; set; }
    public bool LockoutEnabled { get; set; }
    public int AccessFailedCount { get; set; }
    public string? AllowedIPAddresses { get; set; }
    public string? AllowedLoginHours { get; set; }
    public Guid? CreatedBySuperAdminId { get; set; }
    public bool IsInitialSetupAccount { get; set; }
    public DateTime? LastFailedLoginAttempt { get; set; }
    public string? LastLoginIPAddress { get; set; }
    public Guid? LastModifiedBySuperAdminId { get; set; }
    public DateTime? LastPasswordChangeDate { get; set; }
    public bool MustChangePassword { get; set; }
    public DateTime? PasswordExpiresAt { get; set; }
    public string? PasswordHistory { get; set; }
    public string? Permissions { get; set; }
    public int SessionTimeoutMinutes { get; set; }
    public string? StatusNotes { get; set; }
    public DateTime CreatedAt { get; set; }
    public DateTime? UpdatedAt { get; set; }
    public string? CreatedBy { get; set; }
    public string? UpdatedBy { get; set; }
    public bool IsDeleted { get; set; }
    public DateTime? DeletedAt { get; set; }
    public string? DeletedBy { get; set; }
}
