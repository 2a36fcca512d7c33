"""Cases: the program that is built, the data that it is fed, and how both are written down."""
