using System.Security.Cryptography;
using HRMS.Infrastructure.Data;
using HRMS.Infrastructure.Entities;
using Microsoft.EntityFrameworkCore;

namespace HRMS.API.Sessions;

/// <summary>What a signed-in administrator holds.</summary>
internal sealed record Tokens(string Token, string RefreshToken);

internal sealed record Session(int SessionTimeoutMinutes, bool Employee);

/// <summary>Sessions, which are rows of RefreshTokens.</summary>
internal sealed partial class SessionBook(MasterDbContext database, AccessTokens accessTokens)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>Signs an administrator in, by e-mail address. Null where there is none.</summary>
    public async Task<Tokens?> LogIn(string email, string address, CancellationToken cancellation)
    {
        var admin = await database.AdminUsers.SingleOrDefaultAsync(
            admin => admin.Email == email && admin.IsActive && !admin.IsDeleted, cancellation);
        if (admin is null) return null;
        admin.LastLoginDate = DateTime.UtcNow;
        var session = New(address);
        session.AdminUserId = admin.Id;
        return await Issue(session, cancellation);
    }

    /// <summary>A new refresh token for an old one, which works once. Null where it is unknown, used or expired.</summary>
    public async Task<Tokens?> Refresh(string refreshToken, string address, CancellationToken cancellation)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var now = DateTime.UtcNow;
        var revoked = await database.RefreshTokens
            .Where(old => old.Token == refreshToken && old.RevokedAt == null && old.ExpiresAt > now)
            .ExecuteUpdateAsync(
                old => old.SetProperty(o => o.RevokedAt, now).SetProperty(o => o.ReasonRevoked, "Replaced by new token"),
                cancellation);
        if (revoked == 0) return null;
        var used = await database.RefreshTokens.AsNoTracking().SingleAsync(old => old.Token == refreshToken, cancellation);
        var session = New(address);
        session.AdminUserId = used.AdminUserId;
        KeepEmployee(used, session);
        var tokens = await Issue(session, cancellation);
        await transaction.CommitAsync(cancellation);
        return tokens;
    }

    /// <summary>The session of an access token. Null where there is none any more.</summary>
    public partial Task<Session?> Open(Guid id, CancellationToken cancellation);

    /// <summary>What this release knows of a session besides.</summary>
    static partial void BeginActivity(RefreshToken session);

    static partial void KeepEmployee(RefreshToken used, RefreshToken session);

    private static RefreshToken New(string address)
    {
        var now = DateTime.UtcNow;
        var session = new RefreshToken
        {
            Id = Guid.NewGuid(),
            Token = $"session-{RandomNumberGenerator.GetHexString(64, lowercase: true)}",
            CreatedAt = now,
            CreatedByIp = address,
            ExpiresAt = now + Lifetime,
        };
        BeginActivity(session);
        return session;
    }

    private async Task<Tokens> Issue(RefreshToken session, CancellationToken cancellation)
    {
        database.RefreshTokens.Add(session);
        await database.SaveChangesAsync(cancellation);
        return new Tokens(accessTokens.Sign(session.Id), session.Token);
    }
}
