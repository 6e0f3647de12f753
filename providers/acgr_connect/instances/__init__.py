"""An instance's replica and its traffic distribution groups: what numbers and agents are declared on."""
