using Microsoft.EntityFrameworkCore;

namespace HRMS.API.Sessions;

/// <remarks>The timeout is the administrator's.</remarks>
internal sealed partial class SessionBook
{
    public async partial Task<Session?> Open(Guid id, CancellationToken cancellation) =>
        await database.RefreshTokens
            .Where(session => session.Id == id)
            .Join(database.AdminUsers, session => session.AdminUserId, admin => admin.Id,
                (_, admin) => new Session(admin.SessionTimeoutMinutes, false))
            .SingleOrDefaultAsync(cancellation);
}
