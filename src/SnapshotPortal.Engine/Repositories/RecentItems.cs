using System.Diagnostics.CodeAnalysis;

namespace SnapshotPortal.Engine.Repositories;

/// <summary>The items that were added last, a bounded number of them. Thread-safe.</summary>
internal sealed class RecentItems<TKey, TItem>(int itemsMax)
    where TKey : notnull
{
    private readonly Lock gate = new();
    private readonly Dictionary<TKey, TItem> items = [];
    private readonly Queue<TKey> order = new();

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TItem item)
    {
        lock (gate) return items.TryGetValue(key, out item);
    }

    public void Clear()
    {
        lock (gate)
        {
            items.Clear();
            order.Clear();
        }
    }

    public void Add(TKey key, TItem item)
    {
        lock (gate)
        {
            if (!items.TryAdd(key, item)) return;
            order.Enqueue(key);
            if (order.Count > itemsMax) items.Remove(order.Dequeue());
        }
    }
}
