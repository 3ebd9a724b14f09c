namespace HRMS.API;

internal static class Release
{
    public const string Name = "after";
}
