"""Conversations about what is seen and heard: a bank of perceived pictures, clips and sounds with their truth, and turns about them."""
