"""What the name of a run or of a sweep may be.

Names stand in Markdown, in Plotly's labels and in tables that spreadsheets open: what means
something there is left out, and no name begins as a formula does.
"""

RULE = (
    "begin with a letter or digit and have up to 64 letters, digits, spaces or , . : + = % ( ) _ -"
)
# A little more than the rule says, for names that were allowed before.
PATTERN = r"^[\w .-][\w ,.:+=%()-]{0,63}$"
