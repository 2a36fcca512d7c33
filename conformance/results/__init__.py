"""Results as plain data: verdicts, grades and kinds of change."""
