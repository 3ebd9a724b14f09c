namespace HRMS.Infrastructure.Entities;

public sealed partial class RefreshToken
{
    public Guid AdminUserId { get; set; }
}
