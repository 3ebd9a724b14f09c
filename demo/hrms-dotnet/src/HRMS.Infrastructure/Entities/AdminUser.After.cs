namespace HRMS.Infrastructure.Entities;

public sealed partial class AdminUser
{
    public string? PasswordResetToken { get; set; }
    public DateTime? PasswordResetTokenExpiry { get; set; }
    public DateTime? ActivationTokenExpiry { get; set; }
}
