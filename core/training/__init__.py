"""Real trainings, in workers: the only code that imports Keras."""
