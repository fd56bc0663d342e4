"""The sets of conversations that training uses: one for each task and one of many turns and tasks, on the fly or as files."""
