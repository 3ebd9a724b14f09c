using HRMS.Infrastructure.Data;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace HRMS.API;

internal static class MasterDatabaseServices
{
    /// <summary>One pool of connections, which ends with the application: the server sees its sessions close.</summary>
    public static void AddMasterDatabase(this IServiceCollection services)
    {
        services.AddSingleton(provider => NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(provider.GetRequiredService<Settings>().ConnectionString)
            {
                ApplicationName = "hrms-api",
                MaxPoolSize = 5,
                Timeout = 2,
            }));
        services.AddDbContextFactory<MasterDbContext>((provider, options) =>
            options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>(), MasterDatabase.Configure));
    }
}
