"""What functions may ask of the search domain, which only profile `full` has."""

from aws_cdk import aws_iam as iam

SEARCH_GRANTS: dict[str, tuple[tuple[str, str], ...]] = {
    "search": (("ESHttpPost", "videos/_search"), ("ESHttpPost", "users/_search")),
    "index_search": (
        ("ESHttpGet", "_alias/*"),
        ("ESHttpPut", "videos-*"),
        ("ESHttpPut", "users-*"),
        ("ESHttpPost", "_bulk"),
    ),
    "reindex_search": (
        ("ESHttpGet", "_alias"),
        ("ESHttpGet", "_alias/*"),
        ("ESHttpPut", "videos-*"),
        ("ESHttpPut", "users-*"),
        ("ESHttpDelete", "videos-*"),
        ("ESHttpDelete", "users-*"),
        ("ESHttpPost", "videos-*"),
        ("ESHttpPost", "users-*"),
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
