"""Agents on traffic distribution groups (statements A1 to A12)."""
