"""Where the keyboard is, after the page has moved what it was on."""

from collections.abc import Sequence

from streamlit.components.v2 import component

# Chromium takes the focus from an element that is put elsewhere in the page.
_JS = """
export default function ({ data }) {
  const find = (key) => document.querySelector(`.st-key-${key} button:not([disabled])`);
  const give = () => {
    if (document.activeElement === document.body) data.keys.map(find).find(Boolean)?.focus();
  };
  // What is in the page already, and what this update still has to move.
  give();
  const timers = [100, 300, 800].map((wait) => setTimeout(give, wait));
  return () => timers.forEach(clearTimeout);
}
"""
_give = component("plateau_focus", js=_JS)


def give_back(keys: Sequence[str]) -> None:
    """Give the focus to the first of these buttons that can be pressed, if nothing else has it.

    Args:
        keys: The buttons' keys.
    """
    _give(data={"keys": list(keys)}, key=f"focus-{keys[0]}")
