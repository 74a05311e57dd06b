"""Find credentials in code of any language but Python, by what its grammars have in common."""
