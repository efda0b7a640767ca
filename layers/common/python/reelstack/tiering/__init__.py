"""Tiering: which storage class an object of a clip is kept in, and the nightly machine that moves it.

classes         what keeping, reading and moving an object costs in each class
objects         a night's objects: size, class, held since, age, reads at the origin, plays
decay           how reads at the origin fall with age, fitted from a night's objects; what is expected of each
policies        objects -> the class for each: `seed`, `intelligent`, and two to compare with
cost_policy     the policy `cost`: the class that is cheapest by the reads that are expected
access_logs     S3's server access logs -> bytes read of each object
document_keys   keys of the files that the machine writes and reads
origin_reads    a day's logs -> a file of sums
history         what the nights before know of an object
plan            a night's plan, a part at a time
moves           one line of a plan: tags down, copies up
report          what a run came to, and facts for the next one
"""
