"""Whose pages may read answers of API, media and uploads: the site's own, and those that the stage names."""

from infra.settings import Settings

EVERYBODY = "*"


def page_origins(settings: Settings) -> list[str]:
    """Origins as browsers name them; "*" alone: everybody's."""
    if EVERYBODY in settings.web_origins:
        return [EVERYBODY]
    sites = [f"https://{settings.domain}"] if settings.domain else []
    return [*sites, *settings.web_origins]
