"""`nblint gate`."""

# Set by `pre-commit run --from-ref`.
_FROM_PRE_COMMIT = "PRE_COMMIT_FROM_REF"
