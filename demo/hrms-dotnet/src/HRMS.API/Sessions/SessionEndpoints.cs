namespace HRMS.API.Sessions;

internal static partial class SessionEndpoints
{
    private sealed record Login(string? Email, string? Password);

    private sealed record Renewal(string? RefreshToken);

    public static void AddSessions(this IServiceCollection services)
    {
        services.AddSingleton<AccessTokens>();
        services.AddScoped<SessionBook>();
    }

    public static void MapSessions(this WebApplication app)
    {
        app.MapPost("/api/auth/login", async (
            Login login, Settings settings, SessionBook sessions, HttpContext context, CancellationToken cancellation) =>
        {
            var tokens = login.Password == settings.Password && login.Email is not null
                ? await sessions.LogIn(login.Email, AddressOf(context), cancellation)
                : null;
            return tokens is null ? Refused("InvalidCredentials") : Results.Ok(tokens);
        });
        app.MapPost("/api/auth/refresh", async (
            Renewal renewal, SessionBook sessions, HttpContext context, CancellationToken cancellation) =>
        {
            var tokens = renewal.RefreshToken is { } token
                ? await sessions.Refresh(token, AddressOf(context), cancellation)
                : null;
            return tokens is null ? Refused("InvalidToken") : Results.Ok(tokens);
        });
        app.MapGet("/api/session", async (
            AccessTokens accessTokens, SessionBook sessions, HttpContext context, CancellationToken cancellation) =>
        {
            var session = BearerOf(context) is { } token && accessTokens.Read(token) is { } id
                ? await sessions.Open(id, cancellation)
                : null;
            return session is null ? Refused("InvalidToken") : Results.Ok(session);
        });
        MapPasswordReset(app);
    }

    /// <summary>A release that has none answers 404.</summary>
    static partial void MapPasswordReset(WebApplication app);

    private static IResult Refused(string error) =>
        Results.Json(new { error }, statusCode: StatusCodes.Status401Unauthorized);

    private static string AddressOf(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    private static string? BearerOf(HttpContext context)
    {
        const string scheme = "Bearer ";
        var given = context.Request.Headers.Authorization.ToString();
        return given.StartsWith(scheme, StringComparison.Ordinal) ? given[scheme.Length..] : null;
    }
}
