"""This company's own components."""

from components.contact_centre import ContactCentre, Regions

__all__ = ["ContactCentre", "Regions"]
