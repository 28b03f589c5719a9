"""What is measured, one file a question; each measures its reference in the same run."""
