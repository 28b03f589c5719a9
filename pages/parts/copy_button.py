"""A button that copies a text, for fingers too: Streamlit's own appears under a mouse only."""

from streamlit.components.v2 import component

_HTML = '<button type="button" class="copy">Copy</button>'
_CSS = """
.copy {
  font: inherit; color: var(--st-text-color); background: var(--st-background-color);
  border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius, 0.5rem);
  padding: 0.5rem 0.9rem; min-height: 2.5rem; cursor: pointer;
}
.copy:hover, .copy:focus-visible {
  color: var(--st-primary-color); border-color: var(--st-primary-color); outline: none;
}
"""
_JS = """
// A page that is not served over https has no clipboard to write to; its selection can be copied.
function copySelected(text) {
  const area = document.body.appendChild(document.createElement("textarea"));
  area.value = text;
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

function addressWithout(parameter) {
  const address = new URL(window.location.href);
  address.searchParams.delete(parameter);
  return address.href;
}

export default function ({ data, parentElement }) {
  const button = parentElement.querySelector(".copy");
  const name = data.name ?? "Copy";
  if (button.textContent === "Copy") button.textContent = name;
  button.setAttribute("aria-label", data.label);
  const say = (words) => {
    button.textContent = words;
    setTimeout(() => { button.textContent = name; }, 2000);
  };
  button.onclick = async () => {
    const text = data.text ?? addressWithout(data.without);
    try {
      await navigator.clipboard.writeText(text);
      say("Copied");
    } catch {
      say(copySelected(text) ? "Copied" : "Select the text to copy it");
    }
  };
}
"""
_copy = component("plateau_copy", html=_HTML, css=_CSS, js=_JS)


def show(text: str, *, label: str, key: str) -> None:
    """Show a button that puts a text on the clipboard.

    Args:
        text: What is copied.
        label: What the button does, for who cannot see it, such as "Copy the script".
        key: Tells the buttons of one page apart.
    """
    _copy(data={"text": text, "label": label}, key=key, width="content")


def show_address(name: str, *, without: str, label: str, key: str) -> None:
    """Show a button that puts the address that the page has by then on the clipboard.

    Args:
        name: What stands on the button.
        without: The query parameter that is left out.
        label: What the button does, for who cannot see it.
        key: Tells the buttons of one page apart.
    """
    data = {"text": None, "name": name, "without": without, "label": label}
    _copy(data=data, key=key, width="content")
