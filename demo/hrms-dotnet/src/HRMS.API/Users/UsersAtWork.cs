using HRMS.Infrastructure.Data;
using Microsoft.EntityFrameworkCore;

namespace HRMS.API.Users;

/// <summary>The application's users, who never stop working: a few times a second one of them gets a new token.</summary>
/// <remarks>They try again: a database that is away costs them this write, and it is not counted.</remarks>
internal sealed partial class UsersAtWork(
    IDbContextFactory<MasterDbContext> databases, AcknowledgedWrites acknowledged, ILogger<UsersAtWork> log)
    : BackgroundService
{
    private static readonly TimeSpan BetweenRefreshes = TimeSpan.FromMilliseconds(300);

    protected override Task ExecuteAsync(CancellationToken stopping)
    {
        var working = new List<Task> { Repeat(BetweenRefreshes, RefreshSomebody, stopping) };
        AddEmployees(working, stopping);
        return Task.WhenAll(working);
    }

    /// <summary>Writes a last row, which still needs the database: the point of stopping services before closing it.</summary>
    public override async Task StopAsync(CancellationToken cancellation)
    {
        await base.StopAsync(cancellation);
        await Try(RefreshSomebody, cancellation);
    }

    /// <summary>Who else works with this release.</summary>
    partial void AddEmployees(List<Task> working, CancellationToken stopping);

    private async Task Repeat(TimeSpan every, Func<CancellationToken, Task> work, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            // A write under way is finished: cancelled, it might be in the database and not in the count.
            await Try(work, CancellationToken.None);
            await Task.Delay(every, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Try(Func<CancellationToken, Task> work, CancellationToken cancellation)
    {
        try
        {
            await work(cancellation);
        }
        catch (Exception fault)
        {
            log.LogWarning("A write did not reach the database: {Fault}", fault.GetBaseException().GetType().Name);
        }
    }

    /// <summary>In SQL that both releases and both schemas take.</summary>
    private async Task RefreshSomebody(CancellationToken cancellation)
    {
        await using var database = await databases.CreateDbContextAsync(cancellation);
        var written = await database.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO master."RefreshTokens" ("Id", "AdminUserId", "Token", "ExpiresAt", "CreatedAt", "CreatedByIp")
            SELECT {Guid.NewGuid()}, "Id", {$"heartbeat-{Guid.NewGuid()}"}, now() + interval '7 days', now(), '10.0.0.21'
            FROM master."AdminUsers" WHERE "UserName" = {$"admin{Random.Shared.Next(1, 21)}"}
            """,
            cancellation);
        if (written == 1) acknowledged.Add();
    }
}
