"""Find credentials in text of any form: pairs, tables, markup, URLs, commands."""
