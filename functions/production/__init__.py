"""The functions of production: the dispatcher, the reconciler, and the steps of the state machine."""
