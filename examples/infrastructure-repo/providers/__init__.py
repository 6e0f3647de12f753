"""This company's own dynamic providers."""

from providers.number_plan import NumberPlan

__all__ = ["NumberPlan"]
