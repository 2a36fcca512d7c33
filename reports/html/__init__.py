"""HTML pages: the matrix of many releases, and the comparison of two runs."""
