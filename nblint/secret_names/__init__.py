"""Tell by a name whether its value is a secret: words, one judge, and where names stand."""
