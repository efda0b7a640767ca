"""The HTTP API, its routes, the WebSocket API and who may sign in."""
