"""What experts that draw and change pictures make of held-out compositions of things that the drawing network is taught."""
