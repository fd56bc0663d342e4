"""The training of the ear: synthesised sounds in mixtures, what each stretch of a window holds, and the command."""
