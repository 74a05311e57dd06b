"""Who may come in: the provider, groups, second factor, whose server a browser reaches, leavers."""
