namespace SnapshotPortal.ImageFormats;

/// <summary>Why an image cannot be read or written.</summary>
public enum ImageFault
{
    /// <summary>There is no qemu-img on the path.</summary>
    ToolMissing,

    /// <summary>The file is not an image of the format that was said, or one that is not accepted.</summary>
    Refused,

    /// <summary>The image's disk does not fit.</summary>
    TooLarge,

    /// <summary>qemu-img gave up, or took too long.</summary>
    Failed,
}

/// <summary>An image that cannot be read or written. Its message is a sentence that says what, where and what to do.</summary>
public sealed class ImageException(ImageFault fault, string message) : Exception(message)
{
    /// <summary>The kind of failure.</summary>
    public ImageFault Fault => fault;
}
