using Microsoft.EntityFrameworkCore;
using SnapshotPortal.ControlPlane.Data;
using SnapshotPortal.ControlPlane.Operations;

namespace SnapshotPortal.ControlPlane.Metering;

/// <summary>Makes prices that hold from an hour on; for administrators. Hours before that keep their own.</summary>
[PortalOnly]
public sealed record CreatePrice(decimal NormalPerGiBMonth, decimal LocalPerGiBMonth) : IOperation<CreatePriceResult>
{
    /// <summary>The hour, begun ones excepted; the next full one where not given.</summary>
    public DateTimeOffset? EffectiveTime { get; init; }
}

public sealed record CreatePriceResult(string PriceId, DateTimeOffset EffectiveTime);

internal sealed class CreatePriceHandler(PortalDb db, ResourceIds ids, TimeProvider time) : IHandler<CreatePrice, CreatePriceResult>
{
    public async Task<CreatePriceResult> RunAsync(CreatePrice request, Caller caller, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        if (!IsPrice(request.NormalPerGiBMonth)) throw new OperationException(MeterErrors.PriceMalformed, nameof(request.NormalPerGiBMonth));
        if (!IsPrice(request.LocalPerGiBMonth)) throw new OperationException(MeterErrors.PriceMalformed, nameof(request.LocalPerGiBMonth));
        var from = HourMeter.HourOf(request.EffectiveTime ?? now.AddHours(1));
        if (from <= now) throw new OperationException(MeterErrors.PriceInPast, nameof(request.EffectiveTime));
        if (await db.PriceVersions.AnyAsync(each => each.EffectiveFrom == from, cancel)) throw new OperationException(MeterErrors.PriceTwice, nameof(request.EffectiveTime));
        var price = new PriceVersion
        {
            Id = ids.New("pr"),
            EffectiveFrom = from,
            NormalPerGiBMonth = request.NormalPerGiBMonth,
            LocalPerGiBMonth = request.LocalPerGiBMonth,
            CreatedBy = caller.UserId,
            CreatedAt = now,
        };
        db.PriceVersions.Add(price);
        return new(price.Id, from);
    }

    private static bool IsPrice(decimal price) => price is >= 0 and <= 1000 && decimal.Round(price, 6) == price;
}

/// <summary>Takes prices back that do not hold yet; for administrators.</summary>
[PortalOnly]
public sealed record DeletePrice(string PriceId) : IOperation<Done>;

internal sealed class DeletePriceHandler(PortalDb db, TimeProvider time) : IHandler<DeletePrice, Done>
{
    public async Task<Done> RunAsync(DeletePrice request, Caller caller, CancellationToken cancel)
    {
        var price = await db.PriceVersions.SingleOrDefaultAsync(each => each.Id == request.PriceId, cancel) ?? throw new OperationException(MeterErrors.PriceNotFound, nameof(request.PriceId));
        if (price.EffectiveFrom <= time.GetUtcNow()) throw new OperationException(MeterErrors.PriceInUse, nameof(request.PriceId));
        db.PriceVersions.Remove(price);
        return Done.Instance;
    }
}
