using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace HRMS.Infrastructure.Data;

/// <summary>
/// The context as dotnet-ef makes it. The connection comes from the environment alone: a fallback to some local
/// database would let a migration succeed in the wrong place.
/// </summary>
public sealed class MasterDbContextFactory : IDesignTimeDbContextFactory<MasterDbContext>
{
    private const string Variable = $"ConnectionStrings__{MasterDatabase.ConnectionStringName}";

    public MasterDbContext CreateDbContext(string[] args)
    {
        var connectionString = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrWhiteSpace(connectionString))
            throw new InvalidOperationException(
                $"{Variable} is not set. Set it to the connection string of the database to work on.");
        var options = new DbContextOptionsBuilder<MasterDbContext>();
        options.UseNpgsql(connectionString, MasterDatabase.Configure);
        return new MasterDbContext(options.Options);
    }
}
