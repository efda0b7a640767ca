"""The functions of social: the HTTP service of follows and blocks."""
