"""The language server: shows findings while you edit, in any editor that speaks LSP.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/
"""
