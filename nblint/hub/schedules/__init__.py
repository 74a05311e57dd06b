"""Schedules: what a deploy checks, the timers, a run, and what became of the last ones."""
