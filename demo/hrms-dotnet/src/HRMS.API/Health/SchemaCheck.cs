using HRMS.Infrastructure.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HRMS.API.Health;

/// <summary>Whether the database answers, and has the tables and columns of this release's model.</summary>
internal sealed class SchemaCheck(MasterDbContext database) : IHealthCheck
{
    /// <remarks>EF Core names every column of the model. What is thrown counts as unhealthy.</remarks>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellation)
    {
        await database.RefreshTokens.AsNoTracking().OrderBy(token => token.Id).FirstOrDefaultAsync(cancellation);
        await database.AdminUsers.AsNoTracking().OrderBy(admin => admin.Id).FirstOrDefaultAsync(cancellation);
        return HealthCheckResult.Healthy();
    }
}
