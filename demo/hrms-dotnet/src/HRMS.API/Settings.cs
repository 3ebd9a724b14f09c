using System.Text;
using HRMS.Infrastructure.Data;

namespace HRMS.API;

/// <summary>What the application is told by its environment.</summary>
/// <param name="ConnectionString">As the role hrms_app.</param>
/// <param name="JwtSecret">Signs access tokens.</param>
/// <param name="Folder">For the count of acknowledged writes.</param>
/// <param name="Password">Of every synthetic administrator; the demo has no real ones.</param>
internal sealed record Settings(string ConnectionString, byte[] JwtSecret, int Port, string Folder, string Password)
{
    /// <summary>RFC 7518, 3.2: a key of HS256 has at least the size of its hash.</summary>
    private const int ShortestSecret = 32;

    /// <summary>Null where something is missing or wrong; then all of it is in <paramref name="faults"/>.</summary>
    public static Settings? Read(IConfiguration configuration, out IReadOnlyList<string> faults)
    {
        var found = new List<string>();
        var connectionString = configuration.GetConnectionString(MasterDatabase.ConnectionStringName) ?? "";
        var secret = Encoding.UTF8.GetBytes(configuration["JWT_SECRET"] ?? "");
        var folder = configuration["HRMS_FOLDER"] ?? "";
        if (connectionString == "") found.Add($"ConnectionStrings__{MasterDatabase.ConnectionStringName} is not set");
        if (secret.Length < ShortestSecret) found.Add($"JWT_SECRET is not set, or shorter than {ShortestSecret} bytes");
        if (!ushort.TryParse(configuration["HRMS_PORT"], out var port)) found.Add("HRMS_PORT is not set, or no port");
        if (folder == "") found.Add("HRMS_FOLDER is not set");
        faults = found;
        return found.Count > 0
            ? null
            : new Settings(connectionString, secret, port, folder, configuration["HRMS_PASSWORD"] ?? "Test123!");
    }
}
