"""Experiments: what ends an arm that does harm. Which arm a viewer is in follows from a hash, in the feed."""

from infra.catalogue.fn import RANK, Fn

FUNCTIONS: tuple[Fn, ...] = (
    # It holds three weeks of viewers' days in memory: some 2 GB of 200,000 viewers a day.
    Fn(
        "stop_harmful_arms",
        "step",
        machine="profiles",
        layers=RANK,
        memory=3008,
        timeout=900,
        config=("data_bucket", "experiments_application", "experiments_ids"),
        calls=("read_viewer_days", "list_event_archive", "change_experiments"),
    ),
)
