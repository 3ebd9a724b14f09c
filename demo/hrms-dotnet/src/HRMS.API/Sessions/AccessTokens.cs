using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace HRMS.API.Sessions;

/// <summary>JSON Web Tokens signed by HMAC-SHA256 (RFC 7515, RFC 7519). A token names a session and lasts an hour.</summary>
internal sealed class AccessTokens(Settings settings)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);
    private static readonly string Header = Base64Url.EncodeToString("""{"alg":"HS256","typ":"JWT"}"""u8);

    public string Sign(Guid session)
    {
        var claims = new Claims(session, DateTimeOffset.UtcNow.Add(Lifetime).ToUnixTimeSeconds());
        var signed = $"{Header}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        return $"{signed}.{Base64Url.EncodeToString(SignatureOf(signed))}";
    }

    /// <summary>The session of a token. Null where it is not ours, was altered, or is too old.</summary>
    /// <remarks>Only our own header is taken, so nobody chooses another algorithm.</remarks>
    public Guid? Read(string token)
    {
        var parts = token.Split('.');
        if (parts is not [var header, var claims, var signature] || header != Header) return null;
        if (!Base64Url.IsValid(claims) || !Base64Url.IsValid(signature)) return null;
        var expected = SignatureOf($"{header}.{claims}");
        if (!CryptographicOperations.FixedTimeEquals(Base64Url.DecodeFromChars(signature), expected)) return null;
        var read = JsonSerializer.Deserialize<Claims>(Base64Url.DecodeFromChars(claims));
        return read?.exp > DateTimeOffset.UtcNow.ToUnixTimeSeconds() ? read.sid : null;
    }

    private byte[] SignatureOf(string signed) =>
        HMACSHA256.HashData(settings.JwtSecret, Encoding.ASCII.GetBytes(signed));

    /// <summary>Named as they are registered: session, and expiry in seconds since 1970.</summary>
    private sealed record Claims(Guid sid, long exp);
}
