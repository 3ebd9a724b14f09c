using System.Data.Common;
using Microsoft.AspNetCore.Diagnostics;

namespace HRMS.API;

/// <summary>Says that the database is away, or refuses, by its SQLSTATE. Its message stays in the log.</summary>
internal sealed class DatabaseFaults : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellation)
    {
        // EF Core wraps what the driver throws, once or twice.
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is not DbException fault) continue;
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            await context.Response.WriteAsJsonAsync(
                new { error = "DatabaseUnavailable", code = fault.SqlState ?? "unknown" }, cancellation);
            return true;
        }
        return false;
    }
}
