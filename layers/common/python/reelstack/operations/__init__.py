"""Operations: what administrators repair.

recounts  counts items one by one, compares them with the counter, and repairs a difference
ghosts    follows and requests to follow whose other side is not there
"""
