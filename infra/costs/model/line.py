"""One price of the model."""

from dataclasses import dataclass

from infra.costs import prices

MILLION = 1e6


@dataclass(frozen=True)
class Price:
    """`quantity` in `unit`, and what one unit costs: a mean, where the price has steps."""

    group: str
    what: str
    quantity: float
    unit: str
    unit_dollars: float
    service: str
    """A key of prices.SOURCES."""

    @property
    def dollars(self) -> float:
        return self.quantity * self.unit_dollars

    @property
    def source(self) -> str:
        return prices.SOURCES[self.service]


def each(group: str, what: str, number: float, unit: str, dollars: float, service: str) -> Price:
    """Of what is counted by the million: requests, reads, events."""
    return Price(group, what, number / MILLION, f"million {unit}", dollars * MILLION, service)


def amount(group: str, what: str, quantity: float, unit: str, dollars: float, service: str) -> Price:
    """Of what is not: GB, hours, users."""
    return Price(group, what, quantity, unit, dollars, service)


def stepped(group: str, what: str, quantity: float, unit: str, steps: prices.Steps, service: str) -> Price:
    """At the mean of the steps that `quantity` fills."""
    return Price(group, what, quantity, unit, prices.in_steps(quantity, steps) / quantity if quantity else 0.0, service)
