"""The functions of search: its HTTP service, and the consumer that indexes."""
