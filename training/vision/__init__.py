"""The training of the vision tower: drawn scenes with exact masks, what each patch shows, and the command."""
