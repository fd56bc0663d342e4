"""Public data sets as conversations of this project: one file a set, one command, nothing is downloaded."""
