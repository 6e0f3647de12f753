"""Resources of an instance: its replica, and its traffic distribution groups."""
