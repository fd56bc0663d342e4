"""The sample sheets of ``docs/data.md``: what the world, its truth and the conversations look like, drawn from a seed."""
