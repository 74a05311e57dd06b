"""The rules, one a file; a rule is there because its module is."""
