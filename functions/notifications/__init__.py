"""The functions of notifications: their HTTP service, the consumer that notifies, and the WebSocket API."""
