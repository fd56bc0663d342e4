"""The training of the gates: what is of the known world and what is not, both made by code, and the command."""
