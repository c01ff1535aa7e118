using System.Globalization;

namespace SnapshotPortal.Web.Usage;

/// <summary>Amounts as people read them: two decimals, more where they are small.</summary>
public static class Money
{
    public static string Format(decimal amount, string currency)
        => string.Create(CultureInfo.InvariantCulture, $"{(amount is not 0 && Math.Abs(amount) < 1 ? amount.ToString("0.00####", CultureInfo.InvariantCulture) : amount.ToString("N2", CultureInfo.InvariantCulture))} {currency}");
}
