using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Infrastructure;

namespace HRMS.Infrastructure.Data;

/// <summary>
/// What the application and dotnet-ef must agree on. If one of them read another history table, a migrated database
/// would look as if migrations were pending.
/// </summary>
public static class MasterDatabase
{
    /// <summary>Of the configuration; <c>ConnectionStrings__MasterDb</c> in the environment.</summary>
    public const string ConnectionStringName = "MasterDb";

    public static void Configure(NpgsqlDbContextOptionsBuilder npgsql) =>
        npgsql.MigrationsHistoryTable(HistoryRepository.DefaultTableName, MasterDbContext.Schema);
}
