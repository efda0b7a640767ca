"""The content security policies of the web app's page and of the page for frames on other sites. Pure.

Nothing runs but the scripts of the build, which the page names with their hashes. A string becomes a script's address
only by the app's own Trusted Types policy (https://www.w3.org/TR/trusted-types/), which knows the service worker alone.
"""

from collections.abc import Iterable, Mapping


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
    return _joined(allowed)


def embed_security_policy() -> str:
    """Of the one page that other sites may show in a frame. It reads nothing but the site's own files and API, and its
    sandbox lets nobody navigate the page around it, send a form or open a dialog, whatever the frame's element allows.
    The origin stays the site's: without it neither module scripts nor the API nor media could be read."""
    return _joined(
        {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "connect-src": "'self'",
            "img-src": "'self' data:",
            "media-src": "'self' blob:",
            "worker-src": "'self' blob:",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'none'",
            "frame-ancestors": "*",
            "require-trusted-types-for": "'script'",
            "trusted-types": "'none'",
            "sandbox": "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox",
        }
    )


def _joined(allowed: Mapping[str, str]) -> str:
    return "; ".join(f"{what} {sources}" for what, sources in allowed.items())
