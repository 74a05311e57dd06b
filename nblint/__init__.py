"""nblint keeps notebooks explainable, free of credentials, and runnable by somebody else."""

__version__ = "0.1.0"
