"""Lambda functions: their code, layers, configuration and rights."""
