namespace HRMS.Infrastructure.Entities;

/// <summary>A company whose employees use the HRMS.</summary>
public sealed class Tenant
{
    public Guid Id { get; set; }
    public required string CompanyName { get; set; }
    public required string Subdomain { get; set; }
    public required string SchemaName { get; set; }
    public required string ContactEmail { get; set; }
    public required string ContactPhone { get; set; }
    public int Status { get; set; }
    public int EmployeeTier { get; set; }
    public int MaxUsers { get; set; }
    public int MaxStorageGB { get; set; }
    public int ApiCallsPerMonth { get; set; }
    public string? ActivationToken { get; set; }
    public DateTime? ActivationTokenExpiry { get; set; }
    public DateTime CreatedAt { get; set; }
    public DateTime? UpdatedAt { get; set; }
    public bool IsDeleted { get; set; }
}
