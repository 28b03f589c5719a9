"""What a model's answers are worth: scores with intervals, in NumPy and scikit-learn."""
