"""What functions may ask of the search domain, which only profile `full` has."""

from aws_cdk import aws_iam as iam

KINDS = ("videos", "users", "viewers", "creators")
"""search.documents.SearchKind; the indexes are <kind>-<time>."""


def _of_all(*methods: str) -> tuple[tuple[str, str], ...]:
    return tuple((method, f"{kind}-*") for method in methods for kind in KINDS)


SEARCH_GRANTS: dict[str, tuple[tuple[str, str], ...]] = {
    "search": tuple(("ESHttpPost", f"{kind}/_search") for kind in ("videos", "users", "creators")),
    "watch_search": (("ESHttpGet", "_cluster/health"),),
    "index_search": (("ESHttpGet", "_alias/*"), *_of_all("ESHttpPut"), ("ESHttpPost", "_bulk")),
    "reindex_search": (
        ("ESHttpGet", "_alias"),
        ("ESHttpGet", "_alias/*"),
        # A new index takes over only when its primary shards are assigned.
        ("ESHttpGet", "_cluster/health/*"),
        *_of_all("ESHttpPut", "ESHttpDelete", "ESHttpPost"),
        ("ESHttpPost", "_bulk"),
        ("ESHttpPost", "_aliases"),
    ),
}
"""Of a catalogue line's `calls`: methods, and the paths of the domain they are allowed on."""


def search_statement(name: str, domain_arn: str) -> iam.PolicyStatement:
    """Methods and paths are allowed together, so they are as few as it takes."""
    pairs = SEARCH_GRANTS[name]
    return iam.PolicyStatement(
        actions=sorted({f"es:{action}" for action, _ in pairs}),
        resources=sorted({f"{domain_arn}/{path}" for _, path in pairs}),
    )
