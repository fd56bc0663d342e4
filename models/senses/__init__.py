"""The senses: pictures, clips, marks and sounds in, rows of percepts out, by frozen encoders."""
