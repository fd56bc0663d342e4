"""Phrase banks and the turns made of them: the language that the unified model is trained on."""
