"""Whether the test score of a data set can be believed."""
