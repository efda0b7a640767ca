"""Quotas and needs side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.capacity.needs import NEEDS, Need
from infra.capacity.quotas import QUOTAS, Quota
from infra.costs.model.estimate import Estimate


@dataclass(frozen=True)
class Row:
    """A quota, what is needed of it, and what its service costs in a month at that size."""

    quota: Quota
    need: Need
    dollars: float

    @property
    def headroom(self) -> float:
        """How often the need fits into the quota; below 1 it must be raised before."""
        return self.quota.limit / self.need.amount if self.need.amount else float("inf")


def rows(found: Estimate) -> list[Row]:
    """The tightest first."""
    of_service: dict[str, float] = {}
    for line in found.lines:
        of_service[line.service] = of_service.get(line.service, 0.0) + line.dollars
    made = [Row(quota, NEEDS[name](found.size), of_service.get(quota.service, 0.0)) for name, quota in QUOTAS.items()]
    return sorted(made, key=lambda row: row.headroom)


def said(row: Row) -> str:
    """1.2 ×, or by how much the quota has to be raised."""
    if row.headroom >= 1000:
        return "> 1,000 ×"
    if row.headroom >= 1:
        return f"{row.headroom:,.1f} ×"
    if row.quota.raised == "never":
        return f"{1 / row.headroom:,.1f} × over"
    return f"raise {1 / row.headroom:,.1f} ×"


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.3g}"


def markdown(found: Sequence[Row]) -> list[str]:
    head = "| quota | default | of | need | headroom | can be raised | its service, a month |"
    lines = [head, "|---|---:|---|---:|---:|---|---:|"]
    for row in found:
        quota = row.quota
        lines.append(
            f"| {quota.service}: {quota.name} | {number(quota.limit)} {quota.unit} | {quota.of or 'account, region'} | "
            f"{number(row.need.amount)} | {said(row)} | {quota.raised} | ${row.dollars:,.0f} |"
        )
    return lines
