using HRMS.Infrastructure.Data;
using Microsoft.EntityFrameworkCore;

namespace HRMS.API.Users;

internal static class WriteEndpoints
{
    public static void AddUsersAtWork(this IServiceCollection services)
    {
        services.AddSingleton<AcknowledgedWrites>();
        services.AddHostedService<UsersAtWork>();
    }

    /// <remarks>`found` is read after `acknowledged`, so that a write on its way never counts as lost.</remarks>
    public static void MapUsersAtWork(this WebApplication app) =>
        app.MapGet("/writes", async (
            AcknowledgedWrites writes, MasterDbContext database, CancellationToken cancellation) =>
        {
            var acknowledged = writes.Count;
            var found = await CountWrites(database, cancellation);
            return new { acknowledged, found, lost = Math.Max(0, acknowledged - found) };
        });

    /// <summary>By range, so that the unique index of tokens answers it.</summary>
    private static Task<int> CountWrites(MasterDbContext database, CancellationToken cancellation) =>
        database.Database
            .SqlQuery<int>($"""
                SELECT count(*)::int AS "Value" FROM master."RefreshTokens"
                WHERE "Token" >= 'heartbeat-' AND "Token" < 'heartbeat.'
                """)
            .SingleAsync(cancellation);
}
