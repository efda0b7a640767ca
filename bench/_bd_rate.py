"""BD-rate: how many bits one encoder saves against another at equal quality (G. Bjøntegaard, VCEG-M33)."""

import numpy

Curve = list[tuple[float, float]]
"""(bits, quality) of the same clip at several settings."""


def saving(reference: Curve, other: Curve) -> float:
    """The share of bits that `other` needs less than `reference`, mean over the qualities both reach; 0.3 is 30 %.

    Logarithms of bits are joined by straight lines, which never overshoot as a cubic may. Raises ValueError if the
    curves have no quality in common.
    """
    curves = [sorted((quality, numpy.log(bits)) for bits, quality in curve) for curve in (reference, other)]
    low, high = max(curve[0][0] for curve in curves), min(curve[-1][0] for curve in curves)
    if low >= high:
        raise ValueError("the curves have no quality in common")
    qualities = numpy.linspace(low, high, 200)
    before, after = (
        numpy.interp(qualities, [point[0] for point in curve], [point[1] for point in curve]) for curve in curves
    )
    return float(1 - numpy.exp(numpy.mean(after - before)))
