using HRMS.Infrastructure.Entities;
using Microsoft.EntityFrameworkCore;

namespace HRMS.API.Sessions;

/// <remarks>Each session has a timeout of its own, and remembers when it was last used.</remarks>
internal sealed partial class SessionBook
{
    private const int TimeoutMinutes = 15;

    public async partial Task<Session?> Open(Guid id, CancellationToken cancellation)
    {
        var session = await database.RefreshTokens.SingleOrDefaultAsync(session => session.Id == id, cancellation);
        if (session is null) return null;
        session.LastActivityAt = DateTime.UtcNow;
        await database.SaveChangesAsync(cancellation);
        return new Session(session.SessionTimeoutMinutes, session.EmployeeId is not null);
    }

    static partial void BeginActivity(RefreshToken session)
    {
        session.SessionTimeoutMinutes = TimeoutMinutes;
        session.LastActivityAt = session.CreatedAt;
    }

    static partial void KeepEmployee(RefreshToken used, RefreshToken session)
    {
        session.EmployeeId = used.EmployeeId;
        session.TenantId = used.TenantId;
    }
}
