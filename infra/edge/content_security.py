"""The content security policy of the web app's page. Pure.

Nothing runs but the scripts of the build, which the page names with their hashes. A string becomes a script's address
only by the app's own Trusted Types policy (https://www.w3.org/TR/trusted-types/), which knows the service worker alone.
"""

from collections.abc import Iterable


def content_security_policy(reached: Iterable[str], shown: Iterable[str] = ()) -> str:
    """`reached`: origins that the app asks besides its own; `shown`: those of pictures and films of quarantine."""
    shown = tuple(shown)
    allowed = {
        "default-src": "'self'",
        "connect-src": " ".join(("'self'", *reached)),
        "img-src": " ".join(("'self'", "data:", *shown)),
        # The player feeds its elements from memory; hls.js, where it is needed, demuxes in a worker it makes itself.
        "media-src": " ".join(("'self'", "blob:", *shown)),
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "reelstack",
    }
    return "; ".join(f"{what} {sources}" for what, sources in allowed.items())
