namespace HRMS.Infrastructure.Entities;

/// <remarks>Of an administrator or of an employee.</remarks>
public sealed partial class RefreshToken
{
    public Guid? AdminUserId { get; set; }
    public Guid? TenantId { get; set; }
    public Guid? EmployeeId { get; set; }
    public int SessionTimeoutMinutes { get; set; }
    public DateTime LastActivityAt { get; set; }
}
