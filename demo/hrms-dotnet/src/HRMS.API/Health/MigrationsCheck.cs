using HRMS.Infrastructure.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HRMS.API.Health;

/// <summary>Whether every migration of this release is applied. Later ones do not matter to it.</summary>
internal sealed class MigrationsCheck(MasterDbContext database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellation)
    {
        var pending = await database.Database.GetPendingMigrationsAsync(cancellation);
        return pending.Any()
            ? HealthCheckResult.Unhealthy($"Not applied: {string.Join(", ", pending)}")
            : HealthCheckResult.Healthy();
    }
}
