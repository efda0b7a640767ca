"""The function of experiments: it stops harmful arms."""
