"""Two small networks that name what the world draws and sounds: made for scoring alone, loaded by evaluation, never by an expert."""
