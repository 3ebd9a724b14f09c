using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace HRMS.API.Health;

/// <summary>Both answer 200, or 503.</summary>
internal static class HealthEndpoints
{
    private const string OnlyReady = "ready";

    public static void AddHealth(this IServiceCollection services) =>
        services.AddHealthChecks()
            .AddCheck<SchemaCheck>("schema")
            .AddCheck<MigrationsCheck>("migrations", tags: [OnlyReady]);

    public static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health", new HealthCheckOptions
        {
            Predicate = check => !check.Tags.Contains(OnlyReady),
            ResponseWriter = (context, report) => Write(context, report, "Healthy", "Unhealthy"),
        });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            ResponseWriter = (context, report) => Write(context, report, "Ready", "NotReady"),
        });
    }

    private static Task Write(HttpContext context, HealthReport report, string good, string bad) =>
        context.Response.WriteAsJsonAsync(
            new { status = report.Status == HealthStatus.Healthy ? good : bad, release = Release.Name });
}
