"""How the head is made from the template, once."""
