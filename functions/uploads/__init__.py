"""The functions of uploads: their HTTP service, and joining the chunks of an upload."""
