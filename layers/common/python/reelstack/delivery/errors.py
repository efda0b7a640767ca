"""Refusals of what other sites are told of clips."""

from reelstack.errors import NotSupported


class FormatNotSupported(NotSupported):
    """Its status is oEmbed's own: https://oembed.com, section 2.3.4."""

    type, title = "format-not-supported", "oEmbed is answered as JSON only"
