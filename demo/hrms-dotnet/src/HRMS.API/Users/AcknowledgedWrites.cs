using System.Globalization;

namespace HRMS.API.Users;

/// <summary>
/// How many writes the database acknowledged, in a file: the count survives the application, so that a write that is
/// missing later was lost.
/// </summary>
internal sealed class AcknowledgedWrites
{
    private readonly string file;

    public AcknowledgedWrites(Settings settings)
    {
        Directory.CreateDirectory(settings.Folder);
        file = Path.Combine(settings.Folder, "acknowledged");
        Count = File.Exists(file) && int.TryParse(File.ReadAllText(file), CultureInfo.InvariantCulture, out var count)
            ? count
            : 0;
    }

    public int Count { get; private set; }

    public void Add() => File.WriteAllText(file, (++Count).ToString(CultureInfo.InvariantCulture));
}
