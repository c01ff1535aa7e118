using Radzen;

namespace SnapshotPortal.Web.Components;

/// <summary>The two widths of dialogs; both give way on small screens.</summary>
public static class PortalDialog
{
    public static DialogOptions Narrow => With("480px");

    public static DialogOptions Wide => With("600px");

    private static DialogOptions With(string width) => new()
    {
        Width = width,
        CloseDialogOnEsc = true,
        AutoFocusFirstElement = true,
        Draggable = false,
        Resizable = false,
    };
}
