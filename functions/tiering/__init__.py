"""The functions of behavior: the service that takes events, and the one that counts plays."""
