"""State machines and their definitions."""
