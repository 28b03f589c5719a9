"""A sweep: its tree, its curves, its maps, and what its seeds allow to conclude."""
