"""The language server: findings while a notebook is written, in any editor that speaks LSP.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
"""
