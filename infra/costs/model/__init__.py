"""What a service of a given size costs in a month, line by line. Pure; `reelstack cost model`.

demand       what is given, made whole; refuses inputs that contradict each other
habits       what is assumed of viewers, creators and caches, each with its reason
size         a month's seconds, views, clips and bytes, by which all lines count
line         one price: quantity, unit, dollars, source
delivery     the CDN: bytes, requests, edge functions, firewall, logs, origin
interaction  the API, feeds, events, search, cache, sockets, accounts
production   uploads and transcoding
storage      objects by age, tables, tags
estimate     all lines with their shares, and what changes if one input does
picture      the lines as bars, in text and as SVG
"""
