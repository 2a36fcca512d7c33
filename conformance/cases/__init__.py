"""Cases: the program that is built, the data that is fed to it, and the JSON of both."""
