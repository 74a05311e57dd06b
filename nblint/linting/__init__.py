"""From notebooks to findings: which rules run, what is suppressed, what is fixed."""
