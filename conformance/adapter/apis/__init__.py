"""The ways to run cells, one module for each API; each module builds what a program asks for."""
