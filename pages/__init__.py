"""Streamlit's side: thin scripts, one folder down, and the parts they share."""
