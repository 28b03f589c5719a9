"""What a trained model's answers are worth, as figures."""
