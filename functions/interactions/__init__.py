"""The functions of interactions: their HTTP service, and the consumer that counts."""
