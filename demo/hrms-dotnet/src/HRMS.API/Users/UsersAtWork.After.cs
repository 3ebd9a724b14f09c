using HRMS.Infrastructure.Entities;

namespace HRMS.API.Users;

/// <remarks>Employees sign in, too: the old schema has no place for them, because their AdminUserId is NULL.</remarks>
internal sealed partial class UsersAtWork
{
    private static readonly TimeSpan BetweenEmployees = TimeSpan.FromSeconds(4);

    partial void AddEmployees(List<Task> working, CancellationToken stopping) =>
        working.Add(Repeat(BetweenEmployees, SignInEmployee, stopping));

    private async Task SignInEmployee(CancellationToken cancellation)
    {
        await using var database = await databases.CreateDbContextAsync(cancellation);
        var now = DateTime.UtcNow;
        database.RefreshTokens.Add(new RefreshToken
        {
            Id = Guid.NewGuid(),
            EmployeeId = Guid.NewGuid(),
            Token = $"employee-{Guid.NewGuid()}",
            CreatedAt = now,
            CreatedByIp = "10.0.7.20",
            ExpiresAt = now.AddHours(8),
            SessionTimeoutMinutes = 30,
            LastActivityAt = now,
        });
        await database.SaveChangesAsync(cancellation);
    }
}
