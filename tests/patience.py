"""How long tests wait for what must come. How fast it comes is the bench's to say: a machine that is busy fails nothing."""

PATIENCE = 20.0
