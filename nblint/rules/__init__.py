"""The rules, one module each; a rule exists because its module does."""
