using System.Security.Cryptography;
using HRMS.Infrastructure.Data;
using Microsoft.EntityFrameworkCore;

namespace HRMS.API.Sessions;

/// <remarks>The feature that the migration brings.</remarks>
internal static partial class SessionEndpoints
{
    private static readonly TimeSpan ResetLifetime = TimeSpan.FromHours(1);

    private sealed record Forgotten(string? Email);

    static partial void MapPasswordReset(WebApplication app) =>
        app.MapPost("/api/auth/password-reset", async (
            Forgotten forgotten, MasterDbContext database, CancellationToken cancellation) =>
        {
            var token = RandomNumberGenerator.GetHexString(64, lowercase: true);
            var expiry = DateTime.UtcNow + ResetLifetime;
            await database.AdminUsers.Where(admin => admin.Email == forgotten.Email).ExecuteUpdateAsync(
                admin => admin
                    .SetProperty(a => a.PasswordResetToken, token)
                    .SetProperty(a => a.PasswordResetTokenExpiry, expiry),
                cancellation);
            // The same for unknown addresses, so that nobody can try them out.
            return Results.Json(new { accepted = true }, statusCode: StatusCodes.Status202Accepted);
        });
}
