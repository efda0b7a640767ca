"""The CDK app: which stacks a stage has, and what stands in them. `catalogue/` lists the functions.

Everything below `stacks/` only composes; the other folders hold the constructs and take what they use as values.
"""

from pathlib import Path

ROOT = Path(__file__).parent.parent
"""The checkout."""
