"""The procedural world: named things on painted backdrops, with everything known about what is drawn."""
