using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace SnapshotPortal.ControlPlane.Operations;

/// <summary>Cuts lists into pages or token-linked parts (SPEC 6.9).</summary>
internal static class Paging
{
    /// <summary>A part of a list.</summary>
    public readonly record struct Part<T>(List<T> Items, int TotalCount, int PageNumber, int PageSize, string? NextToken);

    /// <summary>Where an entity stands in the order "newest first, then by id", which a token continues.</summary>
    public interface IPlaced
    {
        string Id { get; }

        DateTimeOffset CreatedAt { get; }
    }

    /// <summary>Newest first; by page or by token.</summary>
    public static async Task<Part<T>> PartAsync<T>(
        this IQueryable<T> all, IPagedOperation request, Caller caller, int maxResultsMin, int maxResultsMax, CancellationToken cancel)
        where T : class, IPlaced
    {
        if (request.MaxResults is null && string.IsNullOrEmpty(request.NextToken))
            return await all.OrderByDescending(each => each.CreatedAt).ThenBy(each => each.Id).PageAsync(request, cancel);

        var count = Math.Clamp(request.MaxResults ?? 10, maxResultsMin, maxResultsMax);
        var total = await all.CountAsync(cancel);
        var rest = all;
        if (!string.IsNullOrEmpty(request.NextToken))
        {
            var (createdAt, id) = ReadToken(request, caller);
            rest = rest.Where(each => each.CreatedAt < createdAt || (each.CreatedAt == createdAt && each.Id.CompareTo(id) > 0));
        }

        var items = await rest.OrderByDescending(each => each.CreatedAt).ThenBy(each => each.Id).Take(count + 1).ToListAsync(cancel);
        var more = items.Count > count;
        if (more) items.RemoveAt(count);
        return new(items, total, 1, count, more ? WriteToken(items[^1], request, caller) : null);
    }

    /// <summary>By page, in the order that the query has.</summary>
    public static async Task<Part<T>> PageAsync<T>(this IOrderedQueryable<T> all, IPagedOperation request, CancellationToken cancel)
    {
        var number = request.PageNumber ?? 1;
        if (number < 1) throw new OperationException(OperationErrors.Invalid("PageNumber", "1 or more"), "PageNumber");
        if (request.PageSize is < 1) throw new OperationException(OperationErrors.Invalid("PageSize", "1–100"), "PageSize");
        var size = Math.Min(request.PageSize ?? 10, 100);
        var skip = (number - 1L) * size;
        var total = await all.CountAsync(cancel);
        var items = skip >= total ? [] : await all.Skip((int)skip).Take(size).ToListAsync(cancel);
        return new(items, total, number, size, null);
    }

    private static string WriteToken(IPlaced last, IPagedOperation request, Caller caller)
        => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"{last.CreatedAt.ToUnixTimeMilliseconds()} {last.Id} {Binding(request, caller)}")));

    private static (DateTimeOffset CreatedAt, string Id) ReadToken(IPagedOperation request, Caller caller)
    {
        var refused = new OperationException(OperationErrors.NextTokenInvalid, "NextToken");
        if (!Base64Url.IsValid(request.NextToken)) throw refused;
        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(request.NextToken)).Split(' ');
        if (parts.Length != 3 || parts[2] != Binding(request, caller)
            || !long.TryParse(parts[0], CultureInfo.InvariantCulture, out var milliseconds) || milliseconds is < 0 or > 253402300799999)
        {
            throw refused;
        }

        return (DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), parts[1]);
    }

    /// <summary>Ties a token to the account and the filters: everything in the request but where in the list it is.</summary>
    private static string Binding(IPagedOperation request, Caller caller)
    {
        var filters = JsonSerializer.SerializeToNode(request, request.GetType())!.AsObject();
        foreach (var place in (string[])[nameof(request.PageNumber), nameof(request.PageSize), nameof(request.MaxResults), nameof(request.NextToken)]) filters.Remove(place);
        var bytes = Encoding.UTF8.GetBytes($"{request.GetType().Name} {caller.AccountId} {filters.ToJsonString()}");
        return Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8));
    }
}
