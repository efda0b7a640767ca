"""The functions of social: the HTTP service of follows and blocks, and what follows when an account opens."""
