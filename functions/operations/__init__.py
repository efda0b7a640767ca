"""The functions of operations: the HTTP services for administrators."""
