"""Search: finds videos and people by words.

search     runs a search and leaves out what the searcher may not see
queries    the request bodies that the engine is asked with; pure
documents  what is written into an index; pure
indexes    the indexes and their aliases
indexing   writes changes of videos and users into the indexes
reindex    builds an index again from the tables
"""
