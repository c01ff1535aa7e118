using SnapshotPortal.Engine.Crypto;

namespace SnapshotPortal.Engine.Tests.Crypto;

public sealed class KeyRingTests
{
    private static readonly DataKey Key = DataKey.Create(new Guid("0198aaaa-0000-7000-8000-000000000001"));

    [Fact]
    public void A_key_comes_back_from_its_wrapping_and_is_not_in_it()
    {
        var ring = Ring("kek-1", 1);

        var wrapped = ring.Wrap(Key);

        Assert.True(ring.Unwrap(WrappedKey.Decode("x", wrapped.Encode())).IsSame(Key));
        Assert.Equal((Key.Id, "kek-1"), (wrapped.KeyId, wrapped.KekId));
        Assert.True(wrapped.Encode().AsSpan().IndexOf(Key.Secret) < 0);
    }

    [Fact]
    public void The_first_key_wraps_and_the_others_still_unwrap()
    {
        var old = Ring("kek-1", 1).Wrap(Key);
        var rotated = KeyRing.Parse("the key file", $"# since May\n{Line("kek-2", 2)}\n\n{Line("kek-1", 1)}\r\n");

        Assert.True(rotated.Unwrap(old).IsSame(Key));
        Assert.Equal("kek-2", rotated.Wrap(Key).KekId);
    }

    [Fact]
    public void A_missing_and_a_wrong_key_are_named_and_told_apart()
    {
        var wrapped = Ring("kek-1", 1).Wrap(Key);

        var missing = Assert.Throws<EngineException>(() => Ring("kek-2", 2).Unwrap(wrapped));
        var wrong = Assert.Throws<EngineException>(() => Ring("kek-1", 2).Unwrap(wrapped));

        Assert.Equal((EngineFault.KeyUnavailable, EngineFault.KeyUnavailable), (missing.Fault, wrong.Fault));
        Assert.Contains("'kek-1', which is not among those that are configured (kek-2)", missing.Message, StringComparison.Ordinal);
        Assert.Contains("'kek-1', but the one configured under that id is another", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_flipped_bit_of_a_wrapped_key_is_noticed()
    {
        var ring = Ring("kek-1", 1);
        var bytes = ring.Wrap(Key).Encode();
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(EngineFault.Corrupt, Assert.Throws<EngineException>(() => WrappedKey.Decode("keys/x", bytes)).Fault);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [InlineData("", "holds no key-encryption key")]
    [InlineData("# nothing", "holds no key-encryption key")]
    [InlineData("kek-1", "Line 1")]
    [InlineData("kek-1 AAAA", "openssl rand -base64 32")]
    [InlineData("KEK AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "Line 1")]
    [InlineData("a AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=;a AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "Line 2 of the key file names 'a' a second time")]
    public void A_text_that_is_no_ring_is_refused_without_showing_it(string text, string tells)
    {
        var thrown = Assert.Throws<EngineException>(() => KeyRing.Parse("the key file", text));

        Assert.Equal(EngineFault.KeyUnavailable, thrown.Fault);
        Assert.Contains(tells, thrown.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("AAECAw", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_derives_another_key_for_each_purpose()
    {
        Assert.Equal(Key.Derive("one", 64), Key.Derive("one", 64));
        Assert.NotEqual(Key.Derive("one", 64), Key.Derive("two", 64));
        Assert.DoesNotContain(Convert.ToHexString(Key.Secret), Key.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    private static KeyRing Ring(string id, int seed) => KeyRing.Parse("the key file", Line(id, seed));

    private static string Line(string id, int seed)
    {
        var key = new byte[DataKey.SecretBytes];
        new Random(seed).NextBytes(key);
        return $"{id} {Convert.ToBase64String(key)}";
    }
}
