"""The experts of a profile on drawn scenes, films and sounds whose truth is known: the same questions for every profile."""
