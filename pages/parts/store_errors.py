"""What a person reads when the store cannot be used."""

import streamlit as st

from core.store import StoreError
from pages.parts.words import escaped


def tell(error: Exception) -> bool:
    """Show a page's StoreError as the sentence it is, and tell whether it was one.

    Streamlit calls it with whatever a page raises, and shows what it leaves as a traceback.
    """
    if not isinstance(error, StoreError):
        return False
    st.error(escaped(str(error)), icon=":material/storage:")
    return True
