using HRMS.API;
using HRMS.API.Health;
using HRMS.API.Sessions;
using HRMS.API.Users;

var builder = WebApplication.CreateSlimBuilder(args);
var settings = Settings.Read(builder.Configuration, out var faults);
if (settings is null)
{
    foreach (var fault in faults) Console.Error.WriteLine($"hrms-api: {fault}");
    return 1;
}

builder.WebHost.UseUrls($"http://127.0.0.1:{settings.Port}");
builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
builder.Services.AddSingleton(settings);
builder.Services.AddExceptionHandler<DatabaseFaults>();
builder.Services.AddMasterDatabase();
builder.Services.AddSessions();
builder.Services.AddHealth();
builder.Services.AddUsersAtWork();

await using var app = builder.Build();
app.UseExceptionHandler(_ => { });
app.MapHealth();
app.MapSessions();
app.MapUsersAtWork();
app.MapFallback(() => Results.Json(new { error = "NotFound" }, statusCode: StatusCodes.Status404NotFound));
await app.StartAsync();
app.Logger.LogInformation("hrms-api {Release} on port {Port}", Release.Name, settings.Port);
await app.WaitForShutdownAsync();
app.Logger.LogInformation("hrms-api stopped");
return 0;
